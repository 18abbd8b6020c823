/** Facts and identities. Everything that happens is one {@link dev.holdfast.event.Event}, journalled once. */
@NullMarked
package dev.holdfast.event;

import org.jspecify.annotations.NullMarked;
