/** PHP-FPM's configuration, as php-fpm reads it: its own files, php.ini, and what of one overrides the other. */
@NullMarked
package dev.holdfast.audit.php;

import org.jspecify.annotations.NullMarked;
