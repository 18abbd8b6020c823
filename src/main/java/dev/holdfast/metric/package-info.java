/** What is measured, told to Prometheus and kept as history. */
@NullMarked
package dev.holdfast.metric;

import org.jspecify.annotations.NullMarked;
