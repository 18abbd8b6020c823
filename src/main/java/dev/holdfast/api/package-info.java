/** HTTP on the Unix socket: routes, JSON, peers. */
@NullMarked
package dev.holdfast.api;

import org.jspecify.annotations.NullMarked;
