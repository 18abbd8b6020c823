package dev.holdfast.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.config.CommandSpec;
import dev.holdfast.unit.Severity;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each rule of who is told when, on its own. */
class AlertsTest {
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private final Kept kept = new Kept();
    private Alerts alerts = new Alerts("life", kept, new Random(1));
    private long at;
    private long wallOffset;
    private final List<Letter> sent = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    /** What servers answer, by channel; none: taken. */
    private final TreeMap<String, Delivery> answers = new TreeMap<>();

    /** Keys over which every server stumbles. */
    private final List<String> stumbling = new ArrayList<>();

    private Moment now() {
        return new Moment(at, NOON.plusMillis(at + wallOffset));
    }

    private void tell(Stimulus s) {
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

    private void pass(Duration time) {
        long until = at + time.toMillis();
        while (alerts.nextDeadline() <= until) {
            at = Math.max(at, alerts.nextDeadline());
            tell(new Stimulus.Tick());
        }
        at = until;
    }

    private static ChannelSpec channel(String name, Severity least, AlertSpec.@Nullable QuietSpec quiet) {
        return new ChannelSpec(
                name,
                new AlertSpec.Way.Exec(new CommandSpec(List.of("x")), Duration.ofSeconds(30)),
                least,
                Duration.ofMinutes(15),
                Duration.ofSeconds(10),
                true,
                quiet);
    }

    private static AlertSpec spec(List<AlertSpec.StepSpec> steps, ChannelSpec... channels) {
        var all = new TreeMap<String, ChannelSpec>();
        Stream.of(channels).forEach(c -> all.put(c.name(), c));
        List<String> first = List.of(channels[0].name());
        return new AlertSpec(all, first, first, steps);
    }

    private void with(ChannelSpec... channels) {
        tell(new Stimulus.Configure(spec(List.of(), channels)));
    }

    private static Occasion warning(String key) {
        return Occasion.lasting(key, Severity.WARNING, key);
    }

    private static Occasion critical(String key) {
        return Occasion.lasting(key, Severity.CRITICAL, key);
    }

    private void raise(Occasion o) {
        tell(new Stimulus.Raise(o));
    }

    private void clear(String key) {
        tell(new Stimulus.Clear(key, "fine"));
    }

    /** Of all letters: kind and key. */
    private List<String> items() {
        return sent.stream()
                .flatMap(l -> l.items().stream())
                .map(i -> i.kind() + " " + i.occasion().key())
                .toList();
    }

    @Test
    void whatComesTogetherIsOneLetter() {
        with(channel("ops", Severity.WARNING, null));
        raise(warning("a"));
        pass(Duration.ofSeconds(5));
        raise(critical("b"));
        assertThat(sent).isEmpty();
        pass(Duration.ofSeconds(5));
        assertThat(sent).hasSize(1);
        assertThat(items()).containsExactly("RAISED b", "RAISED a");
    }

    @Test
    void whatIsSaidAgainAndHasNotChangedIsNotToldAgain() {
        with(channel("ops", Severity.WARNING, null));
        for (int i = 0; i < 5_000; i++) {
            raise(warning("a"));
            pass(Duration.ofSeconds(5));
        }
        assertThat(items()).containsExactly("RAISED a");
    }

    @Test
    void whatGetsWorseIsToldWithinTheCooldownAndWhatGetsBetterAfterIt() {
        with(channel("ops", Severity.WARNING, null));
        raise(warning("a"));
        pass(Duration.ofMinutes(1));
        raise(critical("a"));
        pass(Duration.ofMinutes(1));
        assertThat(items()).containsExactly("RAISED a", "CHANGED a");
        raise(warning("a"));
        pass(Duration.ofMinutes(10));
        assertThat(sent).hasSize(2);
        pass(Duration.ofMinutes(10));
        assertThat(items()).containsExactly("RAISED a", "CHANGED a", "CHANGED a");
    }

    @Test
    void whatComesAndGoesIsCountedAndToldAfterTheCooldown() {
        with(channel("ops", Severity.WARNING, null));
        for (int i = 0; i < 8; i++) {
            raise(warning("a"));
            pass(Duration.ofSeconds(30));
            clear("a");
            pass(Duration.ofSeconds(30));
        }
        pass(Duration.ofHours(1));
        assertThat(items()).containsExactly("RAISED a", "CLEARED a", "PASSED a");
        assertThat(sent.getLast().items().getFirst().untold()).isEqualTo(7);
    }

    @Test
    void anEventThatRepeatsIsToldOnceInACooldownWithItsNumber() {
        with(channel("ops", Severity.WARNING, null));
        for (int i = 0; i < 60; i++) {
            raise(Occasion.event("e", Severity.WARNING, "it happened"));
            pass(Duration.ofSeconds(30));
        }
        pass(Duration.ofHours(1));
        assertThat(sent).hasSize(3);
        assertThat(sent.stream().mapToInt(l -> l.items().getFirst().untold()).sum())
                .isEqualTo(60);
    }

    @Test
    void anHourOfADeadServerCostsOneLetterAndThenOneThatSaysHowItStands() {
        with(channel("ops", Severity.WARNING, null));
        answers.put("ops", new Delivery.Away("connection refused"));
        for (int i = 0; i < 60; i++) {
            raise(warning("a" + i % 7));
            pass(Duration.ofMinutes(1));
            if (i % 3 == 0) {
                clear("a" + i % 7);
            }
        }
        assertThat(sent.stream().map(Letter::id).distinct()).hasSize(1);
        assertThat(said).hasSize(1).first().asString().contains("could not be delivered (connection refused)");
        answers.clear();
        sent.clear();
        pass(Duration.ofHours(2));
        assertThat(sent.stream().map(Letter::id)).doesNotHaveDuplicates();
        assertThat(kept.letters).isEmpty();
        assertThat(said).hasSize(2).last().asString().contains("delivered again");
        assertThat(sent.size()).isLessThanOrEqualTo(4);
    }

    @Test
    void aLetterThatIsRefusedIsGivenUpAfterABoundAndToldToTheOthers() {
        with(channel("ops", Severity.WARNING, null), channel("other", Severity.WARNING, null));
        answers.put("ops", new Delivery.Refused("554 no"));
        raise(warning("a"));
        pass(Duration.ofHours(1));
        assertThat(sent.stream().filter(l -> l.channel().equals("ops"))).hasSize(Outbox.MOST_REFUSALS);
        assertThat(kept.letters).isEmpty();
        assertThat(said).anySatisfy(w -> assertThat(w).contains("is given up (554 no): a"));
        assertThat(sent.stream().filter(l -> l.channel().equals("other")))
                .anySatisfy(
                        l -> assertThat(l.items().getFirst().occasion().title()).contains("was given up"));
    }

    @Test
    void aChannelInTroubleIsToldToTheOthersAndThatItIsOver() {
        with(channel("ops", Severity.WARNING, null), channel("other", Severity.WARNING, null));
        answers.put("ops", new Delivery.Later("timeout"));
        raise(warning("a"));
        pass(Duration.ofHours(1));
        assertThat(items()).contains("RAISED alerts/channel/ops");
        answers.clear();
        pass(Duration.ofHours(1));
        assertThat(items()).contains("CLEARED alerts/channel/ops");
    }

    @Test
    void whoHasNotGotItGetsItAndTheOthersNotAgain() {
        with(channel("ops", Severity.WARNING, null));
        answers.put("ops", new Delivery.Partly(List.of("b@x"), "450"));
        raise(warning("a"));
        pass(Duration.ofSeconds(10));
        answers.clear();
        pass(Duration.ofMinutes(5));
        assertThat(sent).hasSize(2);
        assertThat(sent.getLast().left()).containsExactly("b@x");
    }

    @Test
    void inQuietHoursOnlyWhatIsCriticalIsToldAndTheRestAfterwards() {
        with(channel(
                "ops",
                Severity.WARNING,
                new AlertSpec.QuietSpec(
                        LocalTime.of(11, 0),
                        LocalTime.of(14, 0),
                        ZoneOffset.UTC,
                        EnumSet.allOf(DayOfWeek.class),
                        true)));
        raise(warning("a"));
        raise(critical("b"));
        raise(warning("c"));
        clear("c");
        pass(Duration.ofMinutes(119));
        assertThat(items()).containsExactly("RAISED b");
        pass(Duration.ofMinutes(2));
        assertThat(items()).containsExactlyInAnyOrder("RAISED b", "RAISED a", "PASSED c");
    }

    @Test
    void quietHoursFollowAWallClockThatIsSet() {
        with(channel(
                "ops",
                Severity.WARNING,
                new AlertSpec.QuietSpec(
                        LocalTime.of(11, 0),
                        LocalTime.of(23, 0),
                        ZoneOffset.UTC,
                        EnumSet.allOf(DayOfWeek.class),
                        true)));
        raise(warning("a"));
        pass(Duration.ofMinutes(5));
        wallOffset += Duration.ofHours(12).toMillis();
        pass(Duration.ofMinutes(2));
        assertThat(items()).containsExactly("RAISED a");
    }

    @Test
    void whatIsCriticalForSoLongIsToldToOthersUnlessSomebodySilencedIt() {
        var steps = List.of(new AlertSpec.StepSpec(Duration.ofMinutes(30), Severity.CRITICAL, List.of("boss")));
        tell(new Stimulus.Configure(
                spec(steps, channel("ops", Severity.WARNING, null), channel("boss", Severity.WARNING, null))));
        raise(warning("w"));
        raise(critical("c"));
        raise(critical("known"));
        raise(critical("short"));
        pass(Duration.ofMinutes(5));
        tell(new Stimulus.Hush("known", Duration.ofHours(9), "", "me"));
        clear("short");
        pass(Duration.ofHours(1));
        assertThat(sent.stream().filter(l -> l.channel().equals("boss")).flatMap(l -> l.items().stream()))
                .extracting(i -> i.occasion().key())
                .containsExactly("c");
    }

    @Test
    void aStepThatDoesNotApplyKeepsNoLaterOneBack() {
        var steps = List.of(
                new AlertSpec.StepSpec(Duration.ofMinutes(10), Severity.CRITICAL, List.of("phone")),
                new AlertSpec.StepSpec(Duration.ofHours(1), Severity.WARNING, List.of("boss")));
        tell(new Stimulus.Configure(spec(
                steps,
                channel("ops", Severity.WARNING, null),
                channel("boss", Severity.WARNING, null),
                channel("phone", Severity.WARNING, null))));
        raise(warning("a"));
        pass(Duration.ofHours(2));
        assertThat(sent).extracting(Letter::channel).containsExactly("ops", "boss");
    }

    @Test
    void whoWasToldByAnEscalationIsNotToldAtOnceTheNextTime() {
        var steps = List.of(new AlertSpec.StepSpec(Duration.ofMinutes(30), Severity.CRITICAL, List.of("phone")));
        tell(new Stimulus.Configure(
                spec(steps, channel("ops", Severity.WARNING, null), channel("phone", Severity.WARNING, null))));
        raise(critical("a"));
        pass(Duration.ofHours(1));
        clear("a");
        pass(Duration.ofHours(1));
        sent.clear();
        raise(critical("a"));
        pass(Duration.ofMinutes(20));
        assertThat(sent).extracting(Letter::channel).containsExactly("ops");
        pass(Duration.ofMinutes(20));
        assertThat(sent).extracting(Letter::channel).containsExactly("ops", "phone");
    }

    @Test
    void whatIsSilencedIsToldWhenTheSilenceEndsIfItStillLasts() {
        with(channel("ops", Severity.WARNING, null));
        tell(new Stimulus.Hush("a*", Duration.ofHours(1), "", "me"));
        raise(warning("a1"));
        raise(warning("a2"));
        raise(Occasion.event("a3", Severity.CRITICAL, "once"));
        pass(Duration.ofMinutes(59));
        clear("a2");
        assertThat(sent).isEmpty();
        pass(Duration.ofMinutes(2));
        assertThat(items()).containsExactly("RAISED a1");
    }

    @Test
    void whoWasToldOfItHearsThatItIsOverThoughSilenced() {
        with(channel("ops", Severity.WARNING, null));
        raise(warning("a"));
        pass(Duration.ofMinutes(1));
        tell(new Stimulus.Hush("a", Duration.ofHours(1), "", "me"));
        clear("a");
        pass(Duration.ofMinutes(1));
        assertThat(items()).containsExactly("RAISED a", "CLEARED a");
    }

    @Test
    void aStormIsCountedNotKept() {
        with(channel("ops", Severity.WARNING, null));
        for (int i = 0; i < 5_000; i++) {
            raise(warning("guard/x/" + i));
        }
        pass(Duration.ofHours(5));
        assertThat(kept.matters.size()).isLessThanOrEqualTo(Alerts.MOST + 1);
        assertThat(sent.stream()
                        .flatMap(l -> l.items().stream())
                        .mapToInt(Item::untold)
                        .sum())
                .isEqualTo(5_000);
    }

    @Test
    void theNextDaemonGoesOnWhereThisOneStopped() {
        with(channel("ops", Severity.WARNING, null));
        answers.put("ops", new Delivery.Away("away"));
        raise(warning("a"));
        pass(Duration.ofSeconds(11));
        String id = sent.getLast().id();
        var copy = new Kept();
        kept.all().forEach(copy::apply);
        alerts = new Alerts("next", copy, new Random(2));
        answers.clear();
        sent.clear();
        with(channel("ops", Severity.WARNING, null));
        raise(warning("a"));
        pass(Duration.ofHours(1));
        assertThat(sent).extracting(Letter::id).containsExactly(id);
    }

    @Test
    void whatNobodyNamesAnyMoreIsOver() {
        with(channel("ops", Severity.WARNING, null));
        raise(warning("guard/a"));
        raise(warning("guard/b"));
        raise(warning("queue/c"));
        pass(Duration.ofMinutes(1));
        tell(new Stimulus.Retain("guard/", Set.of("guard/b")));
        pass(Duration.ofMinutes(1));
        assertThat(items()).contains("CLEARED guard/a").doesNotContain("CLEARED guard/b", "CLEARED queue/c");
    }

    @Test
    void atTheEndWhatWasGatheredGoesOutAtOnce() {
        with(channel("ops", Severity.WARNING, null));
        raise(warning("a"));
        assertThat(sent).isEmpty();
        tell(new Stimulus.Close());
        assertThat(items()).containsExactly("RAISED a");
        assertThat(alerts.sending()).isFalse();
    }

    @Test
    void aLongKeyIsOneForWhoeverRaisesClearsAndRetains() {
        with(channel("ops", Severity.WARNING, null));
        String dir = "log//srv/" + "x".repeat(300);
        tell(new Stimulus.Raise(warning(dir + "/a.log")));
        tell(new Stimulus.Raise(warning(dir + "/b.log")));
        tell(new Stimulus.Retain("log/", Set.of(dir + "/a.log", dir + "/b.log")));
        assertThat(kept.matters.values()).hasSize(2).allMatch(Matter::open);
        tell(new Stimulus.Clear(dir + "/a.log", "written again"));
        assertThat(kept.matters.values()).filteredOn(Matter::open).hasSize(1);
        tell(new Stimulus.Retain("log/", Set.of()));
        assertThat(kept.matters.values()).noneMatch(Matter::open);
    }

    @Test
    void pagerDutyHearsThatWhatHadPassedIsOver() {
        ChannelSpec c = channel("pager", Severity.WARNING, null);
        with(new ChannelSpec(
                c.name(),
                new AlertSpec.Way.Webhook(
                        URI.create("http://127.0.0.1/"),
                        AlertSpec.Template.PAGERDUTY,
                        new TreeMap<>(),
                        null,
                        null,
                        Duration.ofSeconds(9)),
                c.least(),
                c.cooldown(),
                c.gather(),
                true,
                null));
        answers.put("pager", new Delivery.Later("down"));
        tell(new Stimulus.Raise(warning("a/other")));
        tell(new Stimulus.Raise(warning("a/flap")));
        tell(new Stimulus.Clear("a/flap", "well"));
        answers.clear();
        pass(Duration.ofMinutes(10));
        assertThat(sent.stream()
                        .map(l -> l.items().getFirst())
                        .filter(i -> i.occasion().key().equals("a/flap"))
                        .map(Item::kind))
                .containsExactly(Item.Kind.PASSED, Item.Kind.CLEARED);
    }

    @Test
    void anHourOfADeadServerLosesNothingAndTellsNothingTwice() {
        with(channel("ops", Severity.WARNING, null));
        answers.put("ops", new Delivery.Away("connection refused"));
        for (int i = 0; i < 60; i++) {
            raise(warning("w" + i));
            raise(Occasion.event("e" + i, Severity.CRITICAL, "it happened"));
            pass(Duration.ofMinutes(1));
        }
        answers.clear();
        sent.clear();
        pass(Duration.ofHours(1));
        assertThat(items()).hasSize(120).doesNotHaveDuplicates();
        assertThat(kept.letters).isEmpty();
    }

    @Test
    void aLetterThatIsPutOffForEverIsPassedByOthersAndGivenUpInTheEnd() {
        with(channel("ops", Severity.WARNING, null), channel("other", Severity.WARNING, null));
        stumbling.add("poison");
        raise(warning("poison").to(List.of("ops")));
        pass(Duration.ofMinutes(1));
        raise(critical("a"));
        pass(Duration.ofMinutes(2));
        assertThat(delivered()).contains("RAISED a");
        assertThat(said)
                .filteredOn(w -> w.contains("fails while others get through"))
                .hasSize(1);
        assertThat(kept.matters.get("alerts/channel/ops")).isNull();
        for (int i = 0; i < 20; i++) {
            raise(Occasion.event("e" + i, Severity.WARNING, "it happened"));
            pass(Duration.ofMinutes(20));
        }
        assertThat(said).anySatisfy(w -> assertThat(w).contains("was refused 8 times and is given up (503): poison"));
        assertThat(delivered()).contains("RAISED alerts/given-up/ops").doesNotContain("RAISED poison");
        clear("poison");
        stumbling.clear();
        sent.clear();
        pass(Duration.ofHours(1));
        assertThat(items()).as("nobody knows that it began").isEmpty();
    }

    @Test
    void whatBecameWorseThanTheLetterThatWasGivenUpIsToldAnew() {
        with(channel("ops", Severity.WARNING, null));
        answers.put("ops", new Delivery.Refused("554 no"));
        raise(warning("a"));
        pass(Duration.ofMinutes(5));
        raise(critical("a"));
        while (said.stream().noneMatch(w -> w.contains("given up"))) {
            pass(Duration.ofSeconds(10));
        }
        answers.clear();
        sent.clear();
        pass(Duration.ofHours(1));
        assertThat(items()).containsExactly("RAISED a");
    }

    @Test
    void anOutageThatSaysNotNowMakesFewLetters() {
        with(channel("ops", Severity.WARNING, null));
        answers.put("ops", new Delivery.Later("503"));
        for (int i = 0; i < 24 * 12; i++) {
            raise(warning("w" + i));
            pass(Duration.ofMinutes(5));
        }
        assertThat(kept.letters).hasSizeBetween(2, 5);
        answers.clear();
        sent.clear();
        pass(Duration.ofHours(1));
        assertThat(items()).hasSize(24 * 12).doesNotHaveDuplicates();
        assertThat(kept.letters).isEmpty();
    }

    /** Of those that were taken: kind and key. */
    private List<String> delivered() {
        return sent.stream()
                .filter(l -> stumbling.stream().noneMatch(l.keys()::contains))
                .flatMap(l -> l.items().stream())
                .map(i -> i.kind() + " " + i.occasion().key())
                .toList();
    }

    private static ChannelSpec by(AlertSpec.Way way) {
        ChannelSpec c = channel("ops", Severity.WARNING, null);
        return new ChannelSpec(c.name(), way, c.least(), c.cooldown(), c.gather(), true, null);
    }

    @Test
    void aRecipientWhoseMailboxIsFullKeepsNothingFromTheOthersAndGetsAllOfItInOrder() {
        var server = new AlertSpec.Server("mail", 25, AlertSpec.Encryption.NONE, null, null);
        with(by(new AlertSpec.Way.Email(List.of("a@x", "b@x"), "me", server, Duration.ofSeconds(9))));
        answers.put("ops", new Delivery.Partly(List.of("b@x"), "452 full"));
        raise(warning("m"));
        pass(Duration.ofSeconds(23));
        assertThat(items()).containsExactly("RAISED m", "RAISED m");
        sent.clear();
        answers.clear();
        clear("m");
        pass(Duration.ofSeconds(10));
        assertThat(items()).containsExactly("CLEARED m");
        assertThat(sent.getLast().left()).as("b waits for what was before").containsExactly("a@x");
        pass(Duration.ofMinutes(5));
        assertThat(items()).containsExactly("CLEARED m", "RAISED m", "CLEARED m");
        assertThat(sent.subList(1, 3)).allSatisfy(l -> assertThat(l.left()).containsExactly("b@x"));
        assertThat(kept.letters).isEmpty();
    }

    @Test
    void aChannelThatIsToldNothingMakesNothingWorseForTheOthers() {
        ChannelSpec chat = channel("chat", Severity.CRITICAL, null);
        with(channel("ops", Severity.WARNING, null), chat);
        tell(new Stimulus.Configure(new AlertSpec(
                new TreeMap<>(java.util.Map.of("ops", channel("ops", Severity.WARNING, null), "chat", chat)),
                List.of("ops", "chat"),
                List.of("ops", "chat"),
                List.of())));
        answers.put("ops", new Delivery.Away("down"));
        raise(warning("x"));
        pass(Duration.ofMinutes(1));
        raise(Occasion.event("e", Severity.CRITICAL, "bad"));
        pass(Duration.ofHours(1));
        sent.clear();
        raise(Occasion.event("e", Severity.WARNING, "not so bad"));
        pass(Duration.ofHours(1));
        assertThat(sent.stream().filter(l -> l.channel().equals("chat"))).isEmpty();
    }

    @Test
    void whatNobodyWasToldOfIsNotToldToBeOver() {
        with(channel("ops", Severity.WARNING, null));
        answers.put("ops", new Delivery.Refused("554 no"));
        raise(warning("a"));
        pass(Duration.ofHours(1));
        assertThat(kept.letters).isEmpty();
        answers.clear();
        sent.clear();
        clear("a");
        pass(Duration.ofHours(1));
        assertThat(sent).isEmpty();
    }

    @Test
    void aLetterOfSeveralIsTakenApartForAChannelThatBecamePagerduty() {
        with(channel("ops", Severity.WARNING, null));
        answers.put("ops", new Delivery.Away("down"));
        raise(warning("a"));
        raise(warning("b"));
        pass(Duration.ofMinutes(1));
        answers.clear();
        sent.clear();
        with(by(new AlertSpec.Way.Webhook(
                URI.create("http://127.0.0.1/"),
                AlertSpec.Template.PAGERDUTY,
                new TreeMap<>(),
                null,
                null,
                Duration.ofSeconds(9))));
        pass(Duration.ofMinutes(30));
        assertThat(sent).allSatisfy(l -> assertThat(l.items()).hasSize(1));
        assertThat(items()).containsExactlyInAnyOrder("RAISED a", "RAISED b");
        assertThat(kept.letters).isEmpty();
    }
}
