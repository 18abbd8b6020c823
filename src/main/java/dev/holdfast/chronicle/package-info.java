/** What befell processes: written to the journal, remembered, read back, and told in words. */
@NullMarked
package dev.holdfast.chronicle;

import org.jspecify.annotations.NullMarked;
