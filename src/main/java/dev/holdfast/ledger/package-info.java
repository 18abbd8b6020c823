/** What schedules and queues leave in the store: runs and ends of jobs, kept on disk while the store is away. */
@NullMarked
package dev.holdfast.ledger;

import org.jspecify.annotations.NullMarked;
