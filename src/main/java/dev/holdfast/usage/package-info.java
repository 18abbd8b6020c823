/** What instances use, with all that descends from them: CPU, memory, descriptors, I/O. */
@NullMarked
package dev.holdfast.usage;

import org.jspecify.annotations.NullMarked;
