package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the API listens, how often it may be asked, and what is refused. */
class ApiConfigTest {
    @TempDir
    Path dir;

    private Loaded load(String global) throws IOException {
        Path file = Files.writeString(dir.resolve("holdfast.yaml"), "version: 1\nglobal: { " + global + " }\n");
        return new ConfigLoader(Map.of(), false).load(file);
    }

    private GlobalSpec sound(String global) throws IOException {
        Loaded loaded = load(global);
        assertThat(loaded).isInstanceOf(Loaded.Sound.class);
        Config config = ((Loaded.Sound) loaded).config();
        return config.global();
    }

    private List<Problem> problems(String global) throws IOException {
        return load(global) instanceof Loaded.Unsound unsound ? unsound.problems() : List.of();
    }

    private static GlobalSpec contract(String name) {
        Loaded loaded = new ConfigLoader(Map.of(), false).load(Path.of("src/test/resources/contract/" + name));
        return ((Loaded.Sound) loaded).config().global();
    }

    @Test
    void nothingListensUnlessItIsSaid() throws IOException {
        assertThat(sound("").api()).isEqualTo(ApiSpec.NONE);
        assertThat(sound("").rateLimit()).isEqualTo(RateLimitSpec.DEFAULT);
    }

    @Test
    void theContractsSayWhatTheyDo() {
        assertThat(contract("mautic-n8n.yaml").api().listen()).isEqualTo(new ListenSpec("127.0.0.1", 9180));
        assertThat(contract("container.yaml").rateLimit())
                .isEqualTo(new RateLimitSpec(
                        new RateLimitSpec.Rate(100, 200),
                        true,
                        List.of(new RateLimitSpec.Endpoint(
                                "POST", "/api/v1/processes/{name}/restart", new RateLimitSpec.Rate(1, 5)))));
    }

    @Test
    void tlsHostsAndGroups() throws IOException {
        ApiSpec api = sound("api: { listen: \"[::]:443\", tls: { certificate: /c.pem, key: /k.pem, client_ca: /a.pem },"
                        + " hosts: [Holdfast.Example.org], groups: { operators: operate, adm: read } }")
                .api();
        assertThat(api.tls()).isEqualTo(new ApiSpec.Tls("/c.pem", "/k.pem", "/a.pem"));
        assertThat(api.hosts()).containsExactly("holdfast.example.org");
        assertThat(api.groups())
                .containsEntry("operators", ApiSpec.Access.OPERATE)
                .hasSize(2);
        assertThat(Objects.requireNonNull(api.listen())).hasToString("[::]:443");
        assertThat(sound("api: { groups: { adm: read } }").api().listen()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:1", "localhost:65535", "[::1]:9180", "127.8.9.1:80"})
    void loopbackNeedsNoTls(String listen) throws IOException {
        assertThat(Objects.requireNonNull(sound("api: { listen: \"" + listen + "\" }")
                                .api()
                                .listen())
                        .loopback())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:9180", "[::]:9180", "192.168.1.4:9180", "[2001:db8::1]:9180"})
    void whatOthersReachIsRefusedWithoutTls(String listen) throws IOException {
        assertThat(problems("api: { listen: \"" + listen + "\" }"))
                .singleElement()
                .satisfies(p -> {
                    assertThat(p.toString()).contains(":2:26: ").contains(listen);
                    assertThat(p.message()).contains("without tls tokens could be read on the way");
                });
        assertThat(sound("api: { listen: \"" + listen + "\", tls: { certificate: /c, key: /k } }")
                        .api()
                        .tls())
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "api: { listen: \"9180\" } | listen is ADDRESS:PORT",
                "api: { listen: \"127.0.0.1:0\" } | listen is ADDRESS:PORT",
                "api: { listen: \"127.0.0.1:65536\" } | listen is ADDRESS:PORT",
                "api: { listen: \"example.org:80\" } | listen is ADDRESS:PORT",
                "api: { listen: \"::1:80\" } | listen is ADDRESS:PORT",
                "api: { listen: \"127.1:80\" } | listen is ADDRESS:PORT",
                "api: { hosts: [a] } | hosts counts only with listen",
                "api: { tls: { certificate: /c, key: /k } } | tls counts only with listen",
                "api: { listen: \"127.0.0.1:1\", hosts: [\"a:80\"] } | \"a:80\" is no name of a host",
                "api: { listen: \"127.0.0.1:1\", tls: { certificate: c, key: /k } } | certificate is an absolute path",
                "api: { listen: \"127.0.0.1:1\", tls: { certificate: /c } } | key",
                "api: { groups: { a: admin } } | it is one of read, submit, operate",
                "api: { groups: { \"a:b\": read } } | \"a:b\" is no name of a group",
                "api_rate_limit: { requests_per_second: 0, burst: 1 } | \"0\": requests_per_second is 1 to 1000000",
                "api_rate_limit: { requests_per_second: 1, burst: 1000001 } | burst is 1 to 1000000",
                "api_rate_limit: { requests_per_second: 1 } | burst",
                "api_rate_limit: { requests_per_second: 1, burst: 1, endpoints: { \"/x\": { requests_per_second: 1,"
                        + " burst: 1 } } } | \"/x\" is no endpoint",
                "api_rate_limit: { requests_per_second: 1, burst: 1, endpoints: { \"GET /x\": { requests_per_second:"
                        + " 1, burst: 0 } } } | \"0\": burst is 1 to",
            })
    void refuses(String global, String expected) throws IOException {
        assertThat(problems(global))
                .singleElement()
                .satisfies(p -> assertThat(p.toString()).contains(expected).contains("holdfast.yaml:2:"));
    }
}
