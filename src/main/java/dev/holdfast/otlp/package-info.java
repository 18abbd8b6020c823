/** Figures and spans as OpenTelemetry writes them (OTLP 1.x), and their way to a collector. */
@NullMarked
package dev.holdfast.otlp;

import org.jspecify.annotations.NullMarked;
