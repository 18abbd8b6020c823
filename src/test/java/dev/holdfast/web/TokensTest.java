package dev.holdfast.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.api.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, and how little is kept of it. */
class TokensTest {
    @TempDir
    Path dir;

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    private Path file() {
        return dir.resolve("tokens.json");
    }

    private Tokens tokens() {
        return new Tokens(file(), () -> now);
    }

    @Test
    void aTokenIsKnownByItsHashAloneAndAfterARestart() throws Exception {
        String secret = tokens().create("ci", Scope.OPERATE, null);
        assertThat(secret).matches("hft_[A-Za-z0-9_-]{43}");
        assertThat(Files.readString(file())).doesNotContain(secret.substring(4)).contains("\"ci\"", "operate");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        Authenticator.Grant grant = Objects.requireNonNull(tokens().grant(secret, "127.0.0.1"));
        assertThat(grant.caller().name()).isEqualTo("ci");
        assertThat(grant.caller().from()).isEqualTo("127.0.0.1");
        assertThat(grant.caller().scopes()).containsExactlyInAnyOrder(Scope.READ, Scope.SUBMIT, Scope.OPERATE);
        assertThat(grant.holds().getAsBoolean()).isTrue();
    }

    @Test
    void whatIsNoTokenIsNobody() throws Exception {
        Tokens tokens = tokens();
        String secret = tokens.create("ci", Scope.READ, null);
        assertThat(tokens.grant("", "x")).isNull();
        assertThat(tokens.grant(secret + "A", "x")).isNull();
        assertThat(tokens.grant(secret.substring(0, 46), "x")).isNull();
        assertThat(tokens.grant("hft_" + "A".repeat(43), "x")).isNull();
        assertThat(tokens.grant("HFT_" + secret.substring(4), "x")).isNull();
    }

    @Test
    void revocationHoldsAtOnceAlsoForWhatGoesOn() throws Exception {
        Tokens tokens = tokens();
        String secret = tokens.create("ci", Scope.READ, null);
        Authenticator.Grant grant = Objects.requireNonNull(tokens.grant(secret, "x"));
        tokens.revoke("ci");
        assertThat(grant.holds().getAsBoolean()).isFalse();
        assertThat(tokens.grant(secret, "x")).isNull();
        assertThat(tokens().grant(secret, "x")).isNull();
        assertThatThrownBy(() -> tokens.revoke("ci")).hasMessageContaining("no token ci");
        tokens.create("ci", Scope.READ, null);
        assertThat(grant.holds().getAsBoolean()).as("another of its name").isFalse();
    }

    @Test
    void aRevocationThatCannotBeWrittenHoldsAndIsWrittenLater() throws Exception {
        for (boolean again : new boolean[] {true, false}) {
            Path home = Files.createDirectory(dir.resolve("home" + again));
            Path kept = home.resolve("tokens.json");
            Tokens tokens = new Tokens(kept, () -> now);
            String secret = tokens.create("ci", Scope.READ, null);
            Path away = dir.resolve("away" + again);
            Files.move(home, away);
            assertThatThrownBy(() -> tokens.revoke("ci")).isInstanceOf(IOException.class);
            assertThat(tokens.grant(secret, "x")).isNull();
            Files.move(away, home);
            assertThat(new Tokens(kept, () -> now).grant(secret, "x")).isNotNull();
            if (again) {
                tokens.revoke("ci");
            } else {
                tokens.tidy();
            }
            assertThat(new Tokens(kept, () -> now).grant(secret, "x")).isNull();
            assertThatThrownBy(() -> tokens.revoke("ci")).hasMessageContaining("no token ci");
        }
    }

    @Test
    void oneThatExpiresIsNobodysFromThenOn() throws Exception {
        Tokens tokens = tokens();
        String secret = tokens.create("ci", Scope.READ, Duration.ofDays(90));
        Authenticator.Grant grant = Objects.requireNonNull(tokens.grant(secret, "x"));
        now = now.plus(Duration.ofDays(90));
        assertThat(grant.holds().getAsBoolean()).isFalse();
        assertThat(tokens.grant(secret, "x")).isNull();
        assertThat(tokens.any()).isFalse();
        assertThat(tokens.list())
                .singleElement()
                .satisfies(t -> assertThat(t.expires()).isEqualTo("2026-04-01T00:00:00Z"));
    }

    @Test
    void whenItWasUsedLastIsKeptToTheHour() throws Exception {
        Tokens tokens = tokens();
        String secret = tokens.create("ci", Scope.READ, null);
        tokens.grant(secret, "x");
        now = now.plusSeconds(3599);
        tokens.grant(secret, "x");
        tokens.tidy();
        assertThat(tokens().list().getFirst().lastUsed()).isEqualTo("2026-01-01T00:00:00Z");
        now = now.plusSeconds(1);
        tokens.grant(secret, "x");
        tokens.tidy();
        assertThat(tokens().list().getFirst().lastUsed()).isEqualTo("2026-01-01T01:00:00Z");
    }

    @Test
    void namesAreBoundedAndUnique() throws Exception {
        Tokens tokens = tokens();
        tokens.create("ci", Scope.READ, null);
        assertThatThrownBy(() -> tokens.create("ci", Scope.READ, null)).hasMessageContaining("already");
        assertThatThrownBy(() -> tokens.create("../x", Scope.READ, null)).hasMessageContaining("no name");
        assertThatThrownBy(() -> tokens.create("b", Scope.READ, Duration.ZERO)).hasMessageContaining("more than 0s");
    }

    @Test
    void aFileThatCannotBeTrustedLetsNobodyInAndIsNotOverwritten() throws Exception {
        String secret = tokens().create("ci", Scope.READ, null);
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw-rw-"));
        Tokens open = tokens();
        assertThat(open.grant(secret, "x")).isNull();
        assertThat(open.trouble()).contains("others may write it");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
        for (String damaged :
                new String[] {"", "[]", "{\"tokens\":[{\"name\":\"x\"}]}", "{\"tokens\":[1]}", "{", "{\"tok"}) {
            Files.writeString(file(), damaged);
            Tokens tokens = tokens();
            assertThat(tokens.any()).isFalse();
            assertThat(tokens.trouble()).as(damaged).contains("cannot be used");
            assertThatThrownBy(() -> tokens.create("new", Scope.READ, null)).hasMessageContaining("cannot be used");
            assertThat(Files.readString(file())).isEqualTo(damaged);
        }
    }
}
