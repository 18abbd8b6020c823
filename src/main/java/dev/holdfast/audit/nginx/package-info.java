/** nginx: its whole tree of files, and what of it breaks under load. Pure. */
@NullMarked
package dev.holdfast.audit.nginx;

import org.jspecify.annotations.NullMarked;
