/** Journal, audit trail and logs for whoever asks: pages of them, and what comes from now on. */
@NullMarked
package dev.holdfast.records;

import org.jspecify.annotations.NullMarked;
