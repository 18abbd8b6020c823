/**
 * The host's own configuration, read as the programs read it, and what in it will break before it does. Judgements are
 * pure: what a rule needs to know of the host it asks of {@link dev.holdfast.audit.Grounds}. A room below this one for each
 * program.
 */
@NullMarked
package dev.holdfast.audit;

import org.jspecify.annotations.NullMarked;
