package dev.holdfast.daemon;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.api.Scope;
import dev.holdfast.api.TokenList;
import dev.holdfast.api.TokenMade;
import dev.holdfast.api.TokenOrder;
import dev.holdfast.api.TokensPort;
import dev.holdfast.web.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Answers what the API asks about tokens. */
final class TokenControl implements TokensPort {
    private static final long LONGEST_SECONDS = Duration.ofDays(36_500).toSeconds();

    private final Tokens tokens;
    private final WebDesk desk;
    private final Console console;

    TokenControl(Tokens tokens, WebDesk desk, Console console) {
        this.tokens = tokens;
        this.desk = desk;
        this.console = console;
    }

    @Override
    public TokenList list() {
        Instant now = Instant.now();
        return new TokenList(
                tokens.list().stream()
                        .map(t -> new TokenList.Token(
                                t.name(),
                                t.scope().word(),
                                t.created().toString(),
                                t.expires() == null ? null : t.expires().toString(),
                                t.expires() != null && !now.isBefore(t.expires()),
                                t.lastUsed() == null ? null : t.lastUsed().toString()))
                        .toList(),
                desk.listens());
    }

    @Override
    public TokenMade create(TokenOrder order, String by) throws Refused {
        Scope scope = Arrays.stream(Scope.values())
                .filter(s -> s.word().equals(order.scope()))
                .findFirst()
                .orElseThrow(() -> refused(
                        400,
                        "\"" + order.scope() + "\" is no scope; there are "
                                + Arrays.stream(Scope.values()).map(Scope::word).collect(Collectors.joining(", "))));
        if (order.expiresSeconds() < 0 || order.expiresSeconds() > LONGEST_SECONDS) {
            throw refused(400, "a token expires in 1s to 36500d, or never");
        }
        try {
            Duration lasts = order.expiresSeconds() == 0 ? null : Duration.ofSeconds(order.expiresSeconds());
            String token = tokens.create(order.name(), scope, lasts);
            console.say(by + " made the token " + order.name() + ", scope " + scope.word());
            desk.tokensChanged();
            Instant expires = tokens.list().stream()
                    .filter(t -> t.name().equals(order.name()))
                    .findFirst()
                    .map(Tokens.Token::expires)
                    .orElse(null);
            return new TokenMade(order.name(), scope.word(), token, expires == null ? null : expires.toString());
        } catch (Tokens.Refused e) {
            throw refused(409, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw refused(503, "the token cannot be kept: " + e.getMessage());
        }
    }

    @Override
    public TokenList revoke(String name, String by) throws Refused {
        try {
            tokens.revoke(name);
            console.say(by + " revoked the token " + name);
        } catch (Tokens.Refused e) {
            throw refused(404, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw refused(
                    503,
                    "the token is nobody's now, but that cannot be written, and until it is, another daemon would take"
                            + " it; ask again: " + e.getMessage());
        } finally {
            desk.tokensChanged();
        }
        return list();
    }

    private static Refused refused(int status, String why) {
        return new Refused(status, new Failure(why, List.of()));
    }
}
