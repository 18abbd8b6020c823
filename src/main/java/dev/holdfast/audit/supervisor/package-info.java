/** supervisord's programs. Pure. */
@NullMarked
package dev.holdfast.audit.supervisor;

import org.jspecify.annotations.NullMarked;
