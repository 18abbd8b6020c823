/** What others enforce for us: limits of systemd's units as drop-ins, of services in compose files as text. */
@NullMarked
package dev.holdfast.protect;

import org.jspecify.annotations.NullMarked;
