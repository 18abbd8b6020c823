/** The kernel's settings: in force, and as files would set them. Pure. */
@NullMarked
package dev.holdfast.audit.kernel;

import org.jspecify.annotations.NullMarked;
