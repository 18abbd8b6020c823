package dev.holdfast.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.QueueSpec.FieldSpec;
import dev.holdfast.config.QueueSpec.FieldType;
import dev.holdfast.queue.Payload.Checked;
import dev.holdfast.queue.Payload.Wrong;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
    /** A field of each type, as few of them required as can be. */
    static final SortedMap<String, FieldSpec> FIELDS = new TreeMap<>(Map.of(
            "url", uri(List.of("http", "https"), false, false),
            "count", field(FieldType.INTEGER, "5", null, 0, 100, 1L, 10L, List.of(), null),
            "name", field(FieldType.STRING, null, "[a-z]+(-[a-z]+)*", 2, 20, null, null, List.of(), null),
            "title", field(FieldType.STRING, null, null, 0, 40, null, null, List.of(), null),
            "quality", field(FieldType.ENUM, "best", null, 0, 100, null, null, List.of("best", "worst", "720p"), null),
            "file", field(FieldType.PATH, null, null, 0, 4096, null, null, List.of(), "/srv/media")));

    private static FieldSpec uri(List<String> schemes, boolean allowPrivate, boolean allowCredentials) {
        return new FieldSpec(
                FieldType.URI,
                true,
                null,
                schemes,
                allowPrivate,
                allowCredentials,
                null,
                0,
                200,
                null,
                null,
                List.of(),
                null);
    }

    private static FieldSpec field(
            FieldType type,
            @Nullable String otherwise,
            @Nullable String pattern,
            int shortest,
            int longest,
            @Nullable Long min,
            @Nullable Long max,
            List<String> values,
            @Nullable String root) {
        return new FieldSpec(
                type, false, otherwise, List.of(), false, false, pattern, shortest, longest, min, max, values, root);
    }

    private static final String URL = "https://example.org/a";

    private static Checked check(String... namesAndValues) {
        var given = new TreeMap<String, String>();
        given.put("url", URL);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            given.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Payload.of(FIELDS).check(given);
    }

    private static String problem(String field, String value) {
        return switch (check(field, value)) {
            case Checked.Sound(var values) -> "accepted: " + values;
            case Checked.Unsound(var problems) -> {
                assertThat(problems).extracting(Wrong::field).containsExactly(field);
                yield problems.getFirst().problem();
            }
        };
    }

    private static String accepted(String field, String value) {
        Checked checked = check(field, value);
        assertThat(checked).isInstanceOf(Checked.Sound.class);
        return Objects.requireNonNull(((Checked.Sound) checked).values().get(field));
    }

    @Test
    void fillsInDefaultsAndLeavesOutWhatIsNotGiven() {
        assertThat(check())
                .isEqualTo(new Checked.Sound(new TreeMap<>(Map.of("url", URL, "count", "5", "quality", "best"))));
    }

    @Test
    void tellsAllProblemsByField() {
        assertThat(Payload.of(FIELDS).check(Map.of("count", "11", "qality", "best", "name", "a")))
                .isEqualTo(new Checked.Unsound(List.of(
                        new Wrong("count", "is 11; it is 1 to 10"),
                        new Wrong("name", "is too short, 1 characters of at least 2"),
                        new Wrong("url", "is missing"),
                        new Wrong("qality", "is not known, did you mean quality?"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/",
                "http://127.1/",
                "http://0x7f000001/",
                "http://0X7F.1/",
                "http://2130706433/",
                "http://0177.0.0.1/",
                "http://017700000001",
                "http://127.0.0.1./",
                "http://[::1]/",
                "http://[0:0:0:0:0:0:0:1]:80/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::ffff:7f00:1]/",
                "http://[::127.0.0.1]/",
                "http://[64:ff9b::7f00:1]/",
                "http://[2002:7f00:1::]/",
                "http://[::]/",
                "http://[fd00::1]/",
                "http://[fc12::]/",
                "http://[fe80::1]/",
                "http://[fe80::1%25eth0]/",
                "http://[fec0::1]/",
                "http://[ff02::1]/",
                "http://[2001:db8::1]/",
                "http://localhost/",
                "http://LocalHost./",
                "http://localhost:6379/",
                "http://a.localhost/",
                "http://printer.local/",
                "http://metadata.google.internal/",
                "http://metadata.google.internal./",
                "http://db/",
                "http://0/",
                "http://0.0.0.0/",
                "http://0.1.2.3/",
                "http://10.1.2.3/",
                "http://100.64.0.1/",
                "http://100.127.255.255/",
                "http://169.254.169.254/latest/meta-data/",
                "http://172.16.0.1/",
                "http://172.31.255.255/",
                "http://192.168.1.1/",
                "http://198.18.0.1/",
                "http://224.0.0.1/",
                "http://240.0.0.1/",
                "http://255.255.255.255/"
            })
    void refusesHostsThatAreNotPublicHoweverTheyAreSpelled(String uri) {
        assertThat(problem("url", uri)).contains("host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.org",
                "//example.org/",
                "/a",
                "http:example.org",
                "http:/example.org",
                "http:///a",
                "http://",
                "http://:80/",
                "http://?a",
                "http://..",
                "http://a..b/",
                "http://.example.org/",
                "http://example.org../",
                "http://-a.org/",
                "http://exa%6dple.org/",
                "http://127%2e0.0.1/",
                "http://user@example.org/",
                "http://user:secret@example.org/",
                "http://@example.org/",
                "http://example.org\\@127.0.0.1/",
                "http://example.org:0/",
                "http://example.org:65536/",
                "http://example.org:8a/",
                "http://example.org:/",
                "http://[::1",
                "http://[::1]x/",
                "http://[v1.a]/",
                "http://[1:2:3]/",
                "http://[1::2::3]/",
                "http://[12345::]/",
                "http://exämple.org/",
                "http://example.org/ä",
                "http://127。0。0。1/",
                "http://①②⑦.0.0.1/",
                "http://example.org/a b",
                "http://example.org/\r\nHost: x",
                " http://example.org/",
                "http://example.org/\t",
                "http://example.org/%",
                "http://example.org/%zz",
                "http://example.org/%4",
                "http://example.org/<a>",
                "http://example.org/[a]",
                "ftp://example.org/",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "-o:http://example.org/",
                "HTTP\u0130://example.org"
            })
    void refusesWhatIsNoPlainUri(String uri) {
        assertThat(problem("url", uri)).isNotEmpty().doesNotContain("secret").doesNotContain("accepted");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.org",
                "HTTPS://Example.ORG./a/b?c=d&e[]=%20#f",
                "http://8.8.8.8:8080/",
                "http://[2606:4700::1111]/",
                "http://xn--exmple-cua.org/",
                "http://a_b.example.org/~u/(x);y=1,2!*'$@:",
                "http://172.32.0.1/",
                "http://100.128.0.1/",
                "http://1e100.net/",
                "http://localhost.example.org/"
            })
    void acceptsPublicUrisAsTheyAre(String uri) {
        assertThat(accepted("url", uri)).isEqualTo(uri);
    }

    @Test
    void acceptsPrivateHostsAndCredentialsWhereAllowed() {
        var fields = new TreeMap<>(Map.of("u", uri(List.of("http", "mailto", "file"), true, true)));
        for (String uri : List.of(
                "http://u:p@127.0.0.1/",
                "http://[::1]:8080/",
                "http://redis/",
                "http://localhost/",
                "mailto:a@example.org",
                "file:///etc/hosts")) {
            assertThat(Payload.of(fields).check(Map.of("u", uri)))
                    .as(uri)
                    .isEqualTo(new Checked.Sound(new TreeMap<>(Map.of("u", uri))));
        }
        for (String uri : List.of("http://u@v@127.0.0.1/", "http://127.1/", "http://u@/", "mailto:", "http:a@b")) {
            assertThat(Payload.of(fields).check(Map.of("u", uri))).as(uri).isInstanceOf(Checked.Unsound.class);
        }
    }

    @Test
    void takesIntegersInOneFormOnly() {
        assertThat(accepted("count", "10")).isEqualTo("10");
        for (String n : List.of("0", "11", "-1", "99999999999999999999", "-9223372036854775809")) {
            assertThat(problem("count", n)).contains("is ");
        }
        for (String n : List.of("", "05", "+5", "-0", "5.0", "1e1", " 5", "5 ", "0x5", "\u0665", "five")) {
            assertThat(problem("count", n)).contains("whole number");
        }
    }

    @Test
    void matchesPatternsAsAWholeAndCountsCharacters() {
        assertThat(accepted("name", "a-b")).isEqualTo("a-b");
        assertThat(problem("name", "a-b!")).contains("does not match [a-z]+(-[a-z]+)* as a whole");
        assertThat(problem("name", "ab\n")).contains("does not match");
        assertThat(accepted("title", "😀".repeat(40))).hasSize(80);
        assertThat(problem("title", "😀".repeat(41))).isEqualTo("is too long, 41 characters of at most 40");
        assertThat(problem("title", "a\0b")).contains("NUL");
        assertThat(problem("title", "a\nb")).contains("control character");
        assertThat(problem("title", "a\u009bb")).contains("control character");
        assertThat(problem("title", "a\ud800")).contains("half a character");
    }

    @Test
    void allowsControlCharactersWhereThePatternDoesButNeverNul() {
        var spec = field(FieldType.STRING, null, "(?s).*", 0, 20, null, null, List.of(), null);
        var payload = Payload.of(new TreeMap<>(Map.of("text", spec)));
        assertThat(payload.check(Map.of("text", "a\nb"))).isInstanceOf(Checked.Sound.class);
        assertThat(payload.check(Map.of("text", "a\0b"))).isInstanceOf(Checked.Unsound.class);
    }

    @Test
    void namesTheValuesOfAnEnum() {
        assertThat(accepted("quality", "worst")).isEqualTo("worst");
        assertThat(problem("quality", "wurst"))
                .isEqualTo("is one of best, worst, 720p, not \"wurst\", did you mean worst?");
        assertThat(problem("quality", "Best")).contains("did you mean best?");
    }

    @Test
    void makesPathsAbsoluteAndKeepsThemBelowTheirRoot() {
        assertThat(accepted("file", "a//b/./c/")).isEqualTo("/srv/media/a/b/c");
        assertThat(accepted("file", "//srv/media/ä b")).isEqualTo("/srv/media/ä b");
        assertThat(accepted("file", "-rf")).isEqualTo("/srv/media/-rf");
        assertThat(accepted("file", "..a/...")).isEqualTo("/srv/media/..a/...");
        for (String path :
                List.of("", ".", "/", "/srv/media", "/srv/media/", "/srv/mediaa/x", "/srv/x", "/etc/passwd")) {
            assertThat(problem("file", path)).as(path).matches("(lies below /srv/media,|is empty).*");
        }
        for (String path : List.of("..", "../x", "a/../../x", "/srv/media/../x", "a/..", "./..//x")) {
            assertThat(problem("file", path)).as(path).contains("..");
        }
        assertThat(problem("file", "a\nb")).contains("control");
        assertThat(problem("file", "ä".repeat(128))).contains("255 bytes");
        assertThat(problem("file", "a/".repeat(2047))).contains("4095 bytes");
    }

    @Test
    void aPathWithoutARootIsAbsolute() {
        var spec = field(FieldType.PATH, null, null, 0, 100, null, null, List.of(), null);
        var payload = Payload.of(new TreeMap<>(Map.of("p", spec)));
        assertThat(payload.check(Map.of("p", "/a/./b")))
                .isEqualTo(new Checked.Sound(new TreeMap<>(Map.of("p", "/a/b"))));
        assertThat(payload.check(Map.of("p", "a"))).isInstanceOf(Checked.Unsound.class);
        assertThat(payload.check(Map.of("p", "/"))).isInstanceOf(Checked.Unsound.class);
    }

    @Test
    void aQueueWithoutFieldsTakesNone() {
        var payload = Payload.of(new TreeMap<>());
        assertThat(payload.check(Map.of())).isEqualTo(new Checked.Sound(new TreeMap<>()));
        assertThat(payload.check(Map.of("a\u001b[2J", "b")))
                .isEqualTo(new Checked.Unsound(
                        List.of(new Wrong("a\ufffd[2J", "is not known; jobs of this queue have no fields"))));
    }
}
