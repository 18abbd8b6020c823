package dev.holdfast.api;

import io.avaje.jsonb.Json;

/**
 * What holds for a process.
 *
 * @param yaml in the words of the configuration, defaults included; what may be a secret is withheld
 */
@Json
public record ProcessConfiguration(String name, String yaml) {}
