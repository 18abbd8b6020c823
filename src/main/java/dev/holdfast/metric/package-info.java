/** What is measured, told to Prometheus and kept as history; the only user of io.prometheus. */
@NullMarked
package dev.holdfast.metric;

import org.jspecify.annotations.NullMarked;
