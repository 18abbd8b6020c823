/** The only user of java.lang.foreign. */
@NullMarked
package dev.holdfast.linux.ffi;

import org.jspecify.annotations.NullMarked;
