/** Launches a process tree, awaits it, and stops it whole. The only way anything is executed. */
@NullMarked
package dev.holdfast.process;

import org.jspecify.annotations.NullMarked;
