package dev.holdfast.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.AlertSpec.Template;
import dev.holdfast.config.CommandSpec;
import dev.holdfast.unit.Severity;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Reports among the letters. */
class PostTest {
    private static final Instant WALL = Instant.parse("2026-08-03T06:00:00Z");
    private static final Wording WORDING = new Wording("web-1", ZoneId.of("UTC"));

    private final Alerts alerts = new Alerts("life", new Kept(), new Random(1));
    private final List<Action> actions = new ArrayList<>();
    private long at;

    PostTest() {
        tell(new Stimulus.Configure(spec("ops", "mail")));
    }

    private static AlertSpec spec(String... names) {
        var channels = new TreeMap<String, AlertSpec.ChannelSpec>();
        for (String name : names) {
            channels.put(
                    name,
                    new AlertSpec.ChannelSpec(
                            name,
                            new AlertSpec.Way.Exec(new CommandSpec(List.of("true")), Duration.ofSeconds(5)),
                            Severity.CRITICAL,
                            Duration.ofMinutes(15),
                            Duration.ofSeconds(10),
                            true,
                            null));
        }
        return new AlertSpec(channels, List.of(), List.of(), List.of());
    }

    private void tell(Stimulus s) {
        actions.addAll(
                alerts.apply(s, new Moment(at += 1_000, WALL.plusMillis(at))).actions());
    }

    private static Stimulus.Post post(String id, String... channels) {
        return new Stimulus.Post(
                id,
                List.of(channels),
                Occasion.event("report/weekly", Severity.WARNING, "report of 7d: 1 finding; /var is full")
                        .withText("/var is full")
                        .withLook("holdfast report"),
                new Enclosure("the whole text\n", "<!DOCTYPE html><p>the page</p>"));
    }

    private List<Letter> sent() {
        return actions.stream()
                .filter(Action.Send.class::isInstance)
                .map(a -> ((Action.Send) a).letter())
                .toList();
    }

    @Test
    void aReportGoesToItsChannelsWhateverTheyAreToBeToldOf() {
        tell(new Stimulus.Hush("*", Duration.ofDays(1), "", "anna"));
        tell(post("report-weekly-1", "ops", "mail"));
        assertThat(sent()).extracting(Letter::channel).containsExactlyInAnyOrder("ops", "mail");
        assertThat(WORDING.subject(sent().getFirst()))
                .isEqualTo("[REPORT] web-1: report of 7d: 1 finding; /var is full");
        assertThat(WORDING.text(sent().getFirst()))
                .startsWith("the whole text\n")
                .contains("message report-weekly-1.");
        assertThat(new Page(WORDING).html(sent().getFirst())).isEqualTo("<!DOCTYPE html><p>the page</p>");
    }

    @Test
    void postedTwiceItWaitsOnceAndItIsTriedUntilItIsTaken() {
        tell(post("report-weekly-1", "ops"));
        tell(post("report-weekly-1", "ops"));
        assertThat(sent()).hasSize(1);
        Letter first = sent().getFirst();
        tell(new Stimulus.Sent("ops", first.id(), new Delivery.Away("connection refused")));
        assertThat(alerts.all()).hasSize(1);
        at += Duration.ofHours(1).toMillis();
        tell(new Stimulus.Tick());
        assertThat(sent()).hasSize(2);
        assertThat(sent().getLast().enclosure()).isEqualTo(first.enclosure());
        tell(new Stimulus.Sent("ops", first.id(), new Delivery.Done()));
        assertThat(alerts.all()).isEmpty();
    }

    @Test
    void thoseThatWaitForADeadServerAreBounded() {
        for (int i = 0; i < Alerts.MOST_REPORTS + 5; i++) {
            tell(post("report-weekly-" + i, "ops"));
        }
        assertThat(alerts.all()).hasSize(Alerts.MOST_REPORTS);
        assertThat(actions)
                .filteredOn(a -> a instanceof Action.Say s && s.words().contains("is dropped"))
                .hasSize(5);
    }

    @Test
    void aChannelThatIsGoneIsSaid() {
        tell(post("report-weekly-1", "nobody"));
        assertThat(sent()).isEmpty();
        assertThat(actions).anySatisfy(a -> assertThat(a.toString()).contains("nobody is gone"));
    }

    @Test
    void itOutlivesTheDaemonAsItIs() throws IOException {
        tell(post("report-weekly-1", "ops"));
        var batch = new Codec.Batch(new Moment(1, WALL), alerts.all());
        assertThat(Codec.read(Codec.write(batch))).isEqualTo(batch);
    }

    @Test
    void hooksSayWhatTheyHaveRoomFor() {
        tell(post("report-weekly-1", "ops"));
        Letter l = sent().getFirst();
        var payload = new Payload(WORDING);
        URI url = URI.create("https://hooks.example.org/ops");
        assertThat(payload.body(Template.JSON, l, url, null))
                .contains("\"report\":\"the whole text\\n\"")
                .contains("\"severity\":\"info\"");
        assertThat(payload.body(Template.SLACK, l, url, null))
                .contains("REPORT report of 7d")
                .contains("Look further: holdfast report")
                .doesNotContain("the whole text");
        assertThat(payload.body(Template.NTFY, l, url, null))
                .contains("bar_chart")
                .contains("\"priority\":3");
    }
}
