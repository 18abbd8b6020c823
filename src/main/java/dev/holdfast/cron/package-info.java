/** When something is due: cron expressions and intervals, read and calculated. Pure. */
@NullMarked
package dev.holdfast.cron;

import org.jspecify.annotations.NullMarked;
