/** Alerts: what somebody should know, whom it is told, when, and that it is told once. Pure. */
@NullMarked
package dev.holdfast.alert;

import org.jspecify.annotations.NullMarked;
