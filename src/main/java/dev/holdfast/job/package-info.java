/** What a queued job is: the words that queues, the store and whoever shows jobs share. */
@NullMarked
package dev.holdfast.job;

import org.jspecify.annotations.NullMarked;
