package dev.holdfast.alert;

import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Letters for tests. */
public final class Letters {
    private Letters() {}

    public static Letter of(Occasion... occasions) {
        return of(Item.Kind.RAISED, occasions);
    }

    public static Letter of(Item.Kind kind, Occasion... occasions) {
        Instant began = Instant.parse("2026-11-20T10:00:00Z");
        return new Letter(
                "0123abcd.7",
                "ops",
                Instant.parse("2026-11-20T10:00:10Z"),
                java.util.Arrays.stream(occasions)
                        .map(o -> new Item(
                                kind,
                                o.severity(),
                                o,
                                began,
                                kind == Item.Kind.CLEARED || kind == Item.Kind.PASSED
                                        ? Instant.parse("2026-11-20T10:01:30Z")
                                        : null,
                                3,
                                kind == Item.Kind.CLEARED ? 0 : 2,
                                ""))
                        .toList());
    }

    /** With something everywhere, and everything hostile. */
    public static Occasion full() {
        return Occasion.lasting(
                        "guard/hog/4711",
                        Severity.CRITICAL,
                        "hog <b>\r\nBcc: evil@example.org uses 1.2Gi \u001b[31m@here")
                .withText("First & last.\nSecond line \u0000 ends.")
                .withFact("memory", "1.2Gi", "> 1Gi")
                .withFact("käse", "ja", null)
                .withDone("killed with TERM")
                .withOutput(List.of("line <one>", "\u001b]0;title\u0007two", "."))
                .withLook("holdfast guard history")
                .withSeries(Series.of("memory", "MiB", Duration.ofSeconds(5), 1024.0, 100, 500, Double.NaN, 900, 1200));
    }
}
