/** The embedded store: what must outlive the daemon and be asked about. The only user of java.sql. */
@NullMarked
package dev.holdfast.store;

import org.jspecify.annotations.NullMarked;
