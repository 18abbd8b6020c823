package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/** What this host lets the daemon do. */
@Json
public record Doctor(List<Finding> findings) {
    /** Named {@link Finding#what()} where no daemon runs, but what an earlier one started does. */
    public static final String LEFT_BEHIND = "left behind";

    /**
     * @param level ok, weaker or broken
     * @param what the guarantee
     * @param detail what was seen, and what would make it better
     */
    @Json
    public record Finding(String level, String what, String detail) {}
}
