/** What runs at its time: due times, overlap, retries, places, as pure decisions; and what schedules do to each other. */
@NullMarked
package dev.holdfast.schedule;

import org.jspecify.annotations.NullMarked;
