package dev.holdfast.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.api.Caller;
import dev.holdfast.api.HttpAnswer;
import dev.holdfast.api.HttpRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DashboardTest {
    private static final Path SOURCES = Path.of("src/main/resources/dev/holdfast/dashboard");

    private final Dashboard dashboard = new Dashboard();

    private HttpAnswer.Whole ask(String method, String target, Map<String, String> headers) {
        return (HttpAnswer.Whole) dashboard.answer(
                new HttpRequest(method, target, headers, "", 0), new Caller("anybody", "127.0.0.1", Set.of()));
    }

    private HttpAnswer.Whole get(String target) {
        return ask("GET", target, Map.of());
    }

    @Test
    void servesThePageWithAPolicyThatForbidsAllButItsOwnFiles() {
        HttpAnswer.Whole page = get("/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.headers())
                .containsEntry("Content-Type", "text/html; charset=utf-8")
                .containsEntry("X-Content-Type-Options", "nosniff")
                .containsEntry("Referrer-Policy", "no-referrer")
                .containsEntry("Cache-Control", "no-cache");
        assertThat(page.headers().get("Content-Security-Policy"))
                .contains("default-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'")
                .doesNotContain("unsafe", "*", "data:");
        assertThat(new String(page.body(), StandardCharsets.UTF_8)).contains("<div id=\"app\">");
    }

    /** Both palettes stand in one place: what is changed in one is not forgotten in the other. */
    @Test
    void hasEachColourOnce() throws IOException {
        String style = Files.readString(Path.of("src/main/resources/dev/holdfast/dashboard/style.css"));
        List<String> named = Pattern.compile("^\\s*(--[\\w-]+):[^;]*(?:#|rgb\\()", Pattern.MULTILINE)
                .matcher(style)
                .results()
                .map(m -> m.group(1))
                .toList();
        assertThat(named).hasSizeGreaterThan(20).doesNotHaveDuplicates();
    }

    @Test
    void hasNothingInline() throws IOException {
        String page = Files.readString(SOURCES.resolve("index.html"));
        assertThat(page).doesNotContain("style=", "<style", "onclick", "javascript:", "http:", "https:");
        assertThat(page.replaceAll("<script[^>]*src=[^>]*></script>", "")).doesNotContain("<script");
    }

    /** The pages' own code makes no markup out of text, in any of the ways there are. */
    @Test
    void makesNoMarkupOutOfText() throws IOException {
        for (String file : Dashboard.FILES) {
            if (file.endsWith(".js") && !file.startsWith("vendor/")) {
                assertThat(Files.readString(SOURCES.resolve(file)))
                        .as(file)
                        .doesNotContain(
                                "innerHTML",
                                "outerHTML",
                                "insertAdjacentHTML",
                                "document.write",
                                "eval(",
                                "new Function");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/app.js, text/javascript; charset=utf-8",
        "/pages/overview.js, text/javascript; charset=utf-8",
        "/style.css, text/css; charset=utf-8",
        "/icon.svg, image/svg+xml",
        "/vendor/htm-LICENSE, text/plain; charset=utf-8"
    })
    void saysWhatEachFileIs(String path, String type) {
        assertThat(get(path).status()).isEqualTo(200);
        assertThat(get(path).headers()).containsEntry("Content-Type", type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/index.html",
                "/nothing",
                "/pages/",
                "/pages",
                "//app.js",
                "/../dashboard/app.js",
                "/%2e%2e/app.js",
                "/pages/../app.js",
                "/app%2ejs",
                "/Dashboard.class",
                "/app.js/",
                "app.jsx",
                ""
            })
    void hasNothingElse(String path) {
        assertThat(get(path).status()).isEqualTo(404);
        assertThat(get(path).headers()).containsEntry("Content-Type", "application/problem+json");
    }

    @Test
    void passesOverTheQuery() {
        assertThat(get("/?x=1").status()).isEqualTo(200);
        assertThat(get("/app.js?v=2").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
    void canOnlyBeRead(String method) {
        HttpAnswer.Whole refused = ask(method, "/app.js", Map.of());
        assertThat(refused.status()).isEqualTo(405);
        assertThat(refused.headers()).containsEntry("Allow", "GET, HEAD");
    }

    @Test
    void sendsNothingTwice() {
        String tag = get("/app.js").headers().get("ETag");
        HttpAnswer.Whole again = ask("GET", "/app.js", Map.of("if-none-match", "W/" + tag));
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.headers()).containsEntry("ETag", tag).containsKey("Content-Security-Policy");
        assertThat(ask("GET", "/app.js", Map.of("if-none-match", "\"other\"")).status())
                .isEqualTo(200);
        assertThat(get("/style.css").headers().get("ETag")).isNotEqualTo(tag);
    }

    @Test
    void keepsVendoredFilesForGood() {
        assertThat(get("/vendor/uplot-1.6.32.js").headers().get("Cache-Control"))
                .contains("immutable");
        assertThat(get("/app.js").headers()).containsEntry("Cache-Control", "no-cache");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip, deflate, br|true",
                "br;q=1.0, gzip;q=0.5|true",
                "GZIP|true",
                "gzip;q=0|false",
                "gzip;q=0.0|false",
                "br|false",
                "identity|false"
            })
    void compressesForThoseWhoTakeIt(String accepted, boolean packed) throws IOException {
        HttpAnswer.Whole answer = ask("GET", "/app.js", Map.of("accept-encoding", accepted));
        assertThat(answer.headers().containsKey("Content-Encoding")).isEqualTo(packed);
        assertThat(answer.headers()).containsEntry("Vary", "Accept-Encoding");
        byte[] plain =
                packed ? new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes() : answer.body();
        assertThat(plain).isEqualTo(Files.readAllBytes(SOURCES.resolve("app.js")));
    }

    @Test
    void namesAllFilesThereAre() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(f -> SOURCES.relativize(f).toString()))
                    .containsExactlyInAnyOrderElementsOf(Dashboard.FILES);
        }
    }

    @Test
    void isSmall() {
        int bytes = Dashboard.FILES.stream()
                .filter(f -> !f.endsWith("LICENSE") && !f.equals("index.html"))
                .mapToInt(f ->
                        ask("GET", "/" + f, Map.of("accept-encoding", "gzip")).body().length)
                .sum();
        assertThat(bytes).isLessThan(90 << 10);
    }

    /** As the registry's packages have them: uplot 1.6.32, htm 3.1.1 (with Preact 10), axe-core 4.14.1 for the tests. */
    @ParameterizedTest
    @CsvSource({
        "uplot-1.6.32.js, 19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
        "uplot-1.6.32.css, df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
        "htm-3.1.1.js, 72284e8e9079c87817145df1110f74e8a2aa040b2fc384922e18dfcb46fc1fd7"
    })
    void vendorsWhatWasPublished(String file, String hash) throws IOException, NoSuchAlgorithmException {
        assertThat(sha256(Files.readAllBytes(SOURCES.resolve("vendor").resolve(file))))
                .isEqualTo(hash);
    }

    @Test
    void checksAccessibilityByWhatWasPublished() throws IOException, NoSuchAlgorithmException, URISyntaxException {
        var axe = DashboardTest.class.getResource("/axe/axe-4.14.1.min.js");
        assertThat(axe).isNotNull();
        assertThat(sha256(Files.readAllBytes(Path.of(axe.toURI()))))
                .isEqualTo("29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c");
    }

    @Test
    void bringsTheLicences() {
        for (String licence : List.of("uplot-LICENSE", "htm-LICENSE", "preact-LICENSE")) {
            assertThat(get("/vendor/" + licence).status()).isEqualTo(200);
        }
    }

    private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
