/** MariaDB and MySQL: option files as the server reads them, its memory, who may come in. Pure. */
@NullMarked
package dev.holdfast.audit.mariadb;

import org.jspecify.annotations.NullMarked;
