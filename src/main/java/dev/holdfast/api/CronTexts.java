package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/** Lines for people, or times. */
@Json
public record CronTexts(List<String> lines) {}
