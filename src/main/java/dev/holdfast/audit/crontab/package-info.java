/** Crontabs of the host: what piles up, what is lost, what never runs. Pure. */
@NullMarked
package dev.holdfast.audit.crontab;

import org.jspecify.annotations.NullMarked;
