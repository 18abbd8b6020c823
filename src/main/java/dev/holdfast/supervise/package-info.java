/** Desired against observed state of long-running processes. Pure: no clock, file, thread or kernel. */
@NullMarked
package dev.holdfast.supervise;

import org.jspecify.annotations.NullMarked;
