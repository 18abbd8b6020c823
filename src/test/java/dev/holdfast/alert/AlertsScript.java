package dev.holdfast.alert;

import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.config.CommandSpec;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Alerts of a world whose servers and clock are the test's. */
abstract class AlertsScript {
    static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    final Kept kept = new Kept();
    Alerts alerts = new Alerts("life", kept, new Random(1));
    long at;
    long wallOffset;
    final List<Letter> sent = new ArrayList<>();
    final List<String> said = new ArrayList<>();

    /** What servers answer, by channel; none: taken. */
    final TreeMap<String, Delivery> answers = new TreeMap<>();

    /** Keys over which every server stumbles. */
    final List<String> stumbling = new ArrayList<>();

    Moment now() {
        return new Moment(at, NOON.plusMillis(at + wallOffset));
    }

    void tell(Stimulus s) {
        var open = new ArrayList<>(alerts.apply(s, now()).actions());
        while (!open.isEmpty()) {
            switch (open.removeFirst()) {
                case Action.Say(var _, String words) -> said.add(words);
                case Action.Send(Letter l, ChannelSpec c) -> {
                    sent.add(l);
                    Delivery d = stumbling.stream().anyMatch(l.keys()::contains)
                            ? new Delivery.Later("503")
                            : answers.getOrDefault(c.name(), new Delivery.Done());
                    open.addAll(alerts.apply(new Stimulus.Sent(c.name(), l.id(), d), now())
                            .actions());
                }
            }
        }
    }

    void pass(Duration time) {
        long until = at + time.toMillis();
        while (alerts.nextDeadline() <= until) {
            at = Math.max(at, alerts.nextDeadline());
            tell(new Stimulus.Tick());
        }
        at = until;
    }

    static ChannelSpec channel(String name, Severity least, AlertSpec.@Nullable QuietSpec quiet) {
        return new ChannelSpec(
                name,
                new AlertSpec.Way.Exec(new CommandSpec(List.of("x")), Duration.ofSeconds(30)),
                least,
                Duration.ofMinutes(15),
                Duration.ofSeconds(10),
                true,
                quiet);
    }

    static AlertSpec spec(List<AlertSpec.StepSpec> steps, ChannelSpec... channels) {
        var all = new TreeMap<String, ChannelSpec>();
        Stream.of(channels).forEach(c -> all.put(c.name(), c));
        List<String> first = List.of(channels[0].name());
        return new AlertSpec(all, first, first, steps);
    }

    void with(ChannelSpec... channels) {
        tell(new Stimulus.Configure(spec(List.of(), channels)));
    }

    static Occasion warning(String key) {
        return Occasion.lasting(key, Severity.WARNING, key);
    }

    static Occasion critical(String key) {
        return Occasion.lasting(key, Severity.CRITICAL, key);
    }

    void raise(Occasion o) {
        tell(new Stimulus.Raise(o));
    }

    void clear(String key) {
        tell(new Stimulus.Clear(key, "fine"));
    }

    /** Of all letters: kind and key. */
    List<String> items() {
        return sent.stream()
                .flatMap(l -> l.items().stream())
                .map(i -> i.kind() + " " + i.occasion().key())
                .toList();
    }

    /** Of those that were taken: kind and key. */
    List<String> delivered() {
        return sent.stream()
                .filter(l -> stumbling.stream().noneMatch(l.keys()::contains))
                .flatMap(l -> l.items().stream())
                .map(i -> i.kind() + " " + i.occasion().key())
                .toList();
    }

    static ChannelSpec by(AlertSpec.Way way) {
        ChannelSpec c = channel("ops", Severity.WARNING, null);
        return new ChannelSpec(c.name(), way, c.least(), c.cooldown(), c.gather(), true, null);
    }
}
