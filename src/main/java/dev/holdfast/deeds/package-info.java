/** What the guard did: written down, counted, and told to whoever asks. */
@NullMarked
package dev.holdfast.deeds;

import org.jspecify.annotations.NullMarked;
