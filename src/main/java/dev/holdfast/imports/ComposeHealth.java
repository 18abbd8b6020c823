package dev.holdfast.imports;

import dev.holdfast.source.Origin;
import dev.holdfast.source.Tree;
import dev.holdfast.source.Tree.Items;
import dev.holdfast.source.Tree.Text;
import dev.holdfast.unit.Durations;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A healthcheck as readiness: Docker restarts nothing for it, so neither is it liveness. */
final class ComposeHealth {
    private static final Duration USUAL_START = Duration.ofSeconds(90);

    private static final Duration LONGEST_START = Duration.ofDays(365);

    private final Fields service;
    private final Entry entry;
    private final String file;

    ComposeHealth(Fields service, Entry entry, String file) {
        this.service = service;
        this.entry = entry;
        this.file = file;
    }

    void turn() {
        Origin at = service.at("healthcheck");
        Fields f = service.within("healthcheck", file);
        if (f == null) {
            return;
        }
        List<String> test = test(f.take("test"));
        boolean off =
                f.is("disable", false) || (!test.isEmpty() && test.getFirst().equals("NONE"));
        if (off || test.isEmpty()) {
            entry.remark(
                    at, off ? "healthcheck: off, as it was" : "healthcheck: its test is the image's; not carried over");
            f.none("belongs to the test", "interval", "timeout", "retries", "start_period", "start_interval");
            f.rest();
            return;
        }
        List<String> command = switch (test.getFirst()) {
            case "CMD" -> test.subList(1, test.size());
            case "CMD-SHELL" -> List.of("/bin/sh", "-c", String.join(" ", test.subList(1, test.size())));
            default -> test;
        };
        if (command.isEmpty()) {
            entry.remark(at, "healthcheck: says no command; not carried over");
            f.rest();
            return;
        }
        String period = duration(f, "interval", "30s");
        String timeout = duration(f, "timeout", "30s");
        Integer retries = f.number("retries", 1, 1000);
        int failures = retries == null ? 3 : retries;
        String start = duration(f, "start_period", "0s");
        entry.put("readiness.exec.command", References.values(command))
                .put("readiness.period", period)
                .put("readiness.timeout", timeout)
                .put("readiness.failure_threshold", failures);
        Duration patience = Durations.parse(start)
                .plus(Durations.parse(period).multipliedBy(failures))
                .plus(Durations.parse(timeout));
        if (patience.compareTo(LONGEST_START) > 0) {
            entry.put("start_timeout", Amounts.seconds(LONGEST_START.toSeconds()));
        } else if (patience.compareTo(USUAL_START) > 0) {
            entry.put("start_timeout", Amounts.seconds(patience.toSeconds() + 1));
        }
        entry.remark(
                at,
                "healthcheck: it ran within the container, whose programs it needs here; what is ill is not"
                        + " restarted, as there: liveness would",
                "readiness");
        f.none(
                "not carried over: checks come in one period; start_timeout is what the start may take",
                "start_interval");
        f.rest();
    }

    private static List<String> test(@Nullable Tree written) {
        if (written instanceof Text t) {
            return t.value().isBlank() ? List.of() : List.of("CMD-SHELL", References.ofCompose(t.value()));
        }
        return written instanceof Items i
                ? i.items().stream()
                        .filter(Text.class::isInstance)
                        .map(t -> References.ofCompose(((Text) t).value()))
                        .toList()
                : List.of();
    }

    private static String duration(Fields f, String key, String preset) {
        String text = f.text(key);
        String settled = text == null ? null : References.settled(References.ofCompose(text));
        String duration = settled == null ? null : Amounts.duration(settled);
        if (text != null && duration == null) {
            f.remark(key, text, "is no duration; " + preset + " in its place");
        }
        return duration == null || Durations.parse(duration).isZero() ? preset : duration;
    }
}
