package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All tokens, expired ones too; not what they are.
 *
 * @param listens where they are of use, as addresses; empty: nowhere at present
 */
@Json
public record TokenList(List<Token> tokens, List<String> listens) {
    /**
     * @param created ISO 8601
     * @param expires ISO 8601; null: never
     * @param lastUsed ISO 8601, to the hour; null: never
     */
    @Json
    public record Token(
            String name,
            String scope,
            String created,
            @Nullable String expires,
            boolean expired,
            @Nullable String lastUsed) {}
}
