package dev.holdfast.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.linux.Descriptors;
import dev.holdfast.linux.Fd;
import dev.holdfast.unit.Level;
import io.avaje.json.JsonDataException;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EncodersTest {
    private static final Instant AT = Instant.parse("2026-11-21T05:50:00.123456789Z");

    @TempDir
    private Path dir;

    @Test
    void jsonHasWhoseALineIsAndWhatItSays() throws IOException {
        Entry e = entry("level=warn \"quoted\" \\ \u0001 \u00e4");
        assertThat(written(new JsonEncoder(), e)).isEqualTo("""
                {"time":"2026-11-21T05:50:00.123456789Z","process":"holdfast","replica":0,"stream":"stderr",\
                "level":"warning","text":"level=warn \\"quoted\\" \\\\ \\u0001 \u00e4"}
                """);
    }

    @Test
    void jsonPassesAnObjectThroughAsItIs() throws IOException {
        String object = "{\"level\":\"info\", \"msg\":\"a\\/b \\u00e4\", \"n\":1.50e+3}";
        assertThat(written(new JsonEncoder(), entry(object))).contains(",\"json\":" + object + "}\n");
    }

    @Test
    void jsonReplacesWhatIsNoUtf8() throws IOException {
        Entry e = entry("");
        e.text(new byte[] {'a', (byte) 0xff, (byte) 0xc3, 'b', (byte) 0xe2, (byte) 0x82}, 0, 6, true);
        assertThat(written(new JsonEncoder(), e)).contains("\"text\":\"a\ufffd\ufffdb\ufffd\ufffd\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "{} => true",
                "{\"a\":[1,-0.5,true,false,null,{\"b\":\"c\"}],\"d\":{}} => true",
                " {\"a\" : [ ] } => true",
                "{\"a\":01} => false",
                "{\"a\":1,} => false",
                "{\"a\"} => false",
                "{\"a\":1}x => false",
                "{\"a\":[1}] => false",
                "{\"a\":\"\\x\"} => false",
                "{\"a\":tru} => false",
                "{a:1} => false",
                "[1] => false",
                "{ => false",
                "{\"a\":\"b => false",
            })
    void knowsAnObjectWhenItSeesOne(String text, boolean object) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(JsonText.isObject(bytes, 0, bytes.length)).isEqualTo(object);
    }

    /** What the checker takes must be JSON for others too, or a whole file is broken by one line. */
    @Test
    void agreesWithAParserOnBrokenObjects() {
        var random = new SplittableRandom(42);
        var json = Jsonb.builder().build().type(Object.class);
        String sound = "{\"a\":[1,-2.5e3,{\"b\":\"c\\n\\u00e4\"}],\"d\":true,\"e\":null,\"f\":{}}";
        int objects = 0;
        for (int i = 0; i < 20_000; i++) {
            var broken = new StringBuilder(sound);
            for (int j = random.nextInt(3); j >= 0; j--) {
                broken.setCharAt(random.nextInt(broken.length()), "{}[],:\"\\0a1 .e-".charAt(random.nextInt(15)));
            }
            byte[] bytes = broken.toString().getBytes(StandardCharsets.UTF_8);
            if (JsonText.isObject(bytes, 0, bytes.length)) {
                objects++;
                try {
                    assertThat(json.fromJson(broken.toString()))
                            .as(broken.toString())
                            .isInstanceOf(Map.class);
                } catch (JsonDataException twice) { // allowed by RFC 8259, if not wise
                    assertThat(twice).hasMessageContaining("has multiple values");
                }
            }
        }
        assertThat(objects).isGreaterThan(100);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void whatIsWrittenIsReadAgain(Format format) throws IOException {
        List<String> texts = List.of(
                "", "one", "{\"level\":\"info\"}", "x".repeat(100_000), "{\"a\":\"" + "y".repeat(20_000) + "\"}");
        Path file = dir.resolve("lines");
        var writer = new LineWriter();
        Encoder encoder = switch (format) {
            case PREFIXED -> new PrefixedEncoder();
            case RAW -> new RawEncoder();
            case JSON -> new JsonEncoder();
        };
        try (Fd to = Descriptors.open(file, Descriptors.O_WRONLY | Descriptors.O_CREAT, 0600)) {
            writer.begin();
            Entry first = entry("");
            encoder.begin(first, new Source("web", 3).tags("0123456789abcdef0123456789abcdef"));
            for (String text : texts) {
                encoder.line(entry(text), writer, to);
            }
            writer.flush(to);
            assertThat(writer.failure()).isZero();
        }
        var read = new ArrayList<LogReader.Line>();
        try (var reader = new LogReader(file)) {
            for (Optional<LogReader.Line> l = reader.next(); l.isPresent(); l = reader.next()) {
                read.add(l.get());
            }
        }
        assertThat(read).extracting(LogReader.Line::text).isEqualTo(texts);
        assertThat(read.get(2).level()).isEqualTo(Level.INFO);
        if (format != Format.RAW) {
            assertThat(read).extracting(LogReader.Line::at).containsOnly(AT);
            assertThat(read).extracting(LogReader.Line::stderr).containsOnly(true);
        }
        if (format == Format.PREFIXED) {
            assertThat(read).extracting(l -> l.origin().replica()).containsOnly(3);
        }
    }

    @Test
    void linesThatBelongTogetherStandOneBelowTheOther() throws IOException {
        Entry e = entry("boom\n\tat a\n\tat b");
        e.joined();
        assertThat(written(new PrefixedEncoder(), e)).isEqualTo("""
                2026-11-21T05:50:00.123456789Z stderr F boom
                2026-11-21T05:50:00.123456789Z stderr F:c \tat a
                2026-11-21T05:50:00.123456789Z stderr F:c \tat b
                """);
    }

    private static Entry entry(String text) {
        Entry e = Entry.own(AT, Level.INFO, new byte[0]);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        e.text(bytes, 0, bytes.length, true);
        return e;
    }

    private String written(Encoder encoder, Entry e) throws IOException {
        Path file = dir.resolve("one");
        var writer = new LineWriter();
        try (Fd to = Descriptors.open(file, Descriptors.O_WRONLY | Descriptors.O_CREAT, 0600)) {
            writer.begin();
            encoder.begin(e, "");
            encoder.line(e, writer, to);
            writer.flush(to);
        }
        return Files.readString(file);
    }
}
