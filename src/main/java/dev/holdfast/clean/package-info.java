/** What is deleted when it is old: found, taken aside, looked at again, removed; and when that is due. */
@NullMarked
package dev.holdfast.clean;

import org.jspecify.annotations.NullMarked;
