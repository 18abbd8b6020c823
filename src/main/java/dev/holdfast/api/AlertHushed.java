package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * What is silenced now.
 *
 * @param covered open alerts that this silence covers, or that it covered
 */
@Json
public record AlertHushed(List<String> covered, List<AlertList.Quiet> silences) {}
