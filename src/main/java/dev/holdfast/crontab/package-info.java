/** Crontabs, read as people write them, and turned into schedules as text. Pure. */
@NullMarked
package dev.holdfast.crontab;

import org.jspecify.annotations.NullMarked;
