/** HTTP over TCP: the listener, its bounds, tokens, and how often a client may ask; the only user of Jetty and Bucket4j. */
@NullMarked
package dev.holdfast.web;

import org.jspecify.annotations.NullMarked;
