package dev.holdfast.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.AlertSpec.ChannelSpec;
import dev.holdfast.unit.Severity;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Each rule of who is told when, on its own. */
class AlertsTest extends AlertsScript {
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
}
