/** systemd's services with their drop-ins, as systemd puts them together. Pure. */
@NullMarked
package dev.holdfast.audit.systemd;

import org.jspecify.annotations.NullMarked;
