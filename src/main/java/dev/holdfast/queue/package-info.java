/** Queues: what a job may say, when it runs, how its attempts end and what follows. Pure. */
@NullMarked
package dev.holdfast.queue;

import org.jspecify.annotations.NullMarked;
