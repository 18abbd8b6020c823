/** What a host did in a week: from what was measured and noted to what follows, and both in text and HTML. Pure. */
@NullMarked
package dev.holdfast.report;

import org.jspecify.annotations.NullMarked;
