package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/** What this host lets the daemon do. */
@Json
public record Doctor(List<Finding> findings) {
    /**
     * @param level ok, weaker or broken
     * @param what the guarantee
     * @param detail what was seen, and what would make it better
     */
    @Json
    public record Finding(String level, String what, String detail) {}
}
