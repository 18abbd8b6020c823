package dev.holdfast.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.AlertSpec;
import dev.holdfast.unit.Severity;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Servers that refuse, are dead or take letters for some alone. */
class OutageTest extends AlertsScript {
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
