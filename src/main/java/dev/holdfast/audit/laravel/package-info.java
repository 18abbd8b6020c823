/** Laravel's queue workers, wherever they are started. Pure. */
@NullMarked
package dev.holdfast.audit.laravel;

import org.jspecify.annotations.NullMarked;
