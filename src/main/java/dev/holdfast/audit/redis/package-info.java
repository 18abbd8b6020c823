/** Redis: how much it keeps, what happens then, who may come in. Pure. */
@NullMarked
package dev.holdfast.audit.redis;

import org.jspecify.annotations.NullMarked;
