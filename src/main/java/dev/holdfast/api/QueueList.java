package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/** All queues. */
@Json
public record QueueList(List<QueueReport> queues) {}
