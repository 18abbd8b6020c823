/** What a program can be kept from by the thread that spawns it: paths, the network, capabilities. */
@NullMarked
package dev.holdfast.linux.sandbox;

import org.jspecify.annotations.NullMarked;
