/** The daemon's HTTP interface on its Unix socket: what is asked, what is answered, server and client. */
@NullMarked
package dev.holdfast.api;

import org.jspecify.annotations.NullMarked;
