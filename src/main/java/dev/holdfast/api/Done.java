package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * It was done; or, with {@code settled} false, it was begun and the wait for its end ran out.
 *
 * @param notes what people should know beside, in sentences
 */
@Json
public record Done(boolean settled, Status status, List<String> notes) {}
