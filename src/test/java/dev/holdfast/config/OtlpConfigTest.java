package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The collector that is told, and what is refused without repeating what may be a secret. */
class OtlpConfigTest {
    @TempDir
    Path dir;

    private Loaded load(String otlp) throws IOException {
        Path file = Files.writeString(dir.resolve("holdfast.yaml"), "version: 1\nglobal: { otlp: " + otlp + " }\n");
        return new ConfigLoader(Map.of("TOKEN", "s3cret"), false).load(file);
    }

    private OtlpSpec sound(String otlp) throws IOException {
        Loaded loaded = load(otlp);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        Config config = ((Loaded.Sound) loaded).config();
        return Objects.requireNonNull(config.global().otlp());
    }

    @Test
    void isEmptyOrSaysAll() throws IOException {
        OtlpSpec usual = sound("{}");
        assertThat(usual.endpoint()).isEqualTo(URI.create("http://127.0.0.1:4318"));
        assertThat(usual.metrics() && usual.traces() && usual.gzip()).isTrue();
        assertThat(usual.interval()).isEqualTo(Duration.ofMinutes(1));
        OtlpSpec all =
                sound("{ endpoint: \"https://c.example:443/otlp/\", headers: { X-Key: \"${TOKEN}\" }, interval: 5s,"
                        + " metrics: false, timeout: 1s, tls: { ca: /ca.pem, certificate: /c.pem, key: /k.pem },"
                        + " proxy: \"http://p.example:3128\", compression: none,"
                        + " resource: { service.name: box } }");
        assertThat(all.at("/v1/traces")).isEqualTo(URI.create("https://c.example:443/otlp/v1/traces"));
        assertThat(all.headers()).containsExactly(Map.entry("X-Key", "s3cret"));
        assertThat(all.metrics() || all.gzip()).isFalse();
        assertThat(all.tls()).isEqualTo(new OtlpSpec.Tls("/ca.pem", "/c.pem", "/k.pem"));
        assertThat(all.proxy()).isEqualTo(URI.create("http://p.example:3128"));
        assertThat(all.resource()).containsEntry("service.name", "box");
        assertThat(all).hasToString("otlp to c.example");
        Loaded none = new ConfigLoader(Map.of(), false).load(Files.writeString(dir.resolve("n.yaml"), "version: 1\n"));
        assertThat(((Loaded.Sound) none).config().global().otlp()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            { endpoint: "ftp://h" }                        | begins with http:// or https://
            { endpoint: "127.0.0.1:4318" }                 | endpoint
            { endpoint: "http://u:s3cret@h" }              | say them by headers
            { endpoint: "http://h/?key=s3cret" }           | has nothing after its path
            { endpoint: "http://s3cret h" }                | is no URL
            { interval: 500ms }                            | is 1s to 1h
            { timeout: 2m }                                | is 100ms to 1m
            { headers: { Content-Type: x } }               | is not yours to say
            { headers: { Via: x } }                        | is not yours to say
            { headers: { origin: x } }                     | is not yours to say
            { headers: { Access-Control-Request-Method: x } } | is not yours to say
            { headers: { "a b": x } }                      | printable ASCII
            { headers: { A: "s3cret\\n${TOKEN}" } }      | printable ASCII
            { tls: { ca: /c.pem } }                        | counts only with an endpoint that begins with https
            { endpoint: "https://h", tls: { ca: c.pem } }  | is an absolute path
            { endpoint: "https://h", tls: { key: k.pem } } | is an absolute path
            { endpoint: "https://h", tls: { key: /k.pem } } | certificate and key go together
            { endpoint: "https://h", tls: { certificate: /c.pem, ca: /a } } | certificate and key go together
            { endpoint: "https://h", tls: {} }             | tls says nothing
            { proxy: "http://u:s3cret@p:3128" }            | proxy is such as
            { proxy: "https://p:3128" }                    | proxy is such as
            { proxy: "http://p" }                          | proxy is such as
            { proxy: "http://p:3128/s3cret" }              | proxy is such as
            { proxy: "s3cret" }                            | proxy is such as
            { proxy: "http://s3cret p" }                   | proxy is such as
            { resource: { "a b": x } }                     | an attribute has a name
            { port: 1 }                                    | port
            """)
    void refusesWithoutRepeatingSecrets(String otlp, String why) throws IOException {
        assertThat(load(otlp)).isInstanceOfSatisfying(Loaded.Unsound.class, unsound -> {
            assertThat(unsound.problems().toString()).contains(why).doesNotContain("s3cret");
        });
    }
}
