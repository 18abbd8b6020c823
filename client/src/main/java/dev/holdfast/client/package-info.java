/** What a program that runs under Holdfast can tell it and ask of it: docs/client.md. */
@NullMarked
package dev.holdfast.client;

import org.jspecify.annotations.NullMarked;
