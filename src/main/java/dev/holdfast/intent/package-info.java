/** What people asked for beyond the file, which outlives a daemon, and what both together want. */
@NullMarked
package dev.holdfast.intent;

import org.jspecify.annotations.NullMarked;
