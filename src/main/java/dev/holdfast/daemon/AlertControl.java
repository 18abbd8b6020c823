package dev.holdfast.daemon;

import dev.holdfast.alert.Alerts;
import dev.holdfast.alert.AlertsView;
import dev.holdfast.alert.Delivery;
import dev.holdfast.alert.Letter;
import dev.holdfast.alert.Matter;
import dev.holdfast.alert.Silence;
import dev.holdfast.alert.Stimulus;
import dev.holdfast.api.AlertHush;
import dev.holdfast.api.AlertHushed;
import dev.holdfast.api.AlertList;
import dev.holdfast.api.AlertTest;
import dev.holdfast.api.AlertsPort;
import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.Failure;
import dev.holdfast.config.AlertSpec;
import dev.holdfast.config.AlertSpec.ChannelSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Answers what the API asks of alerts. */
final class AlertControl implements AlertsPort {
    private static final int ANSWER_SECONDS = 10;
    /** A mail server may take its timeout for connecting, for its answers and for the mail. */
    private static final int TIMES = 4;

    private static final Duration LONGEST_SILENCE = Duration.ofDays(366);

    private final Alerting alerting;
    private final AlertSpec spec;

    AlertControl(Alerting alerting, AlertSpec spec) {
        this.alerting = alerting;
        this.spec = spec;
    }

    @Override
    public AlertList list() throws Refused {
        AlertsView v = view();
        return new AlertList(
                v.matters().stream()
                        .filter(v::pending)
                        .sorted(Comparator.comparing(Matter::began))
                        .map(m -> one(m, v))
                        .toList(),
                v.matters().stream()
                        .filter(m -> !v.pending(m))
                        .sorted(Comparator.comparing(AlertControl::last).reversed())
                        .map(m -> one(m, v))
                        .toList(),
                v.letters().stream().map(AlertControl::message).toList(),
                silences(v));
    }

    private static Instant last(Matter m) {
        Instant ended = m.ended();
        return ended == null ? m.began() : ended;
    }

    private static AlertList.One one(Matter m, AlertsView v) {
        return new AlertList.One(
                m.key(),
                m.occasion().severity().written(),
                m.occasion().title(),
                m.times(),
                m.began().toString(),
                m.ended() == null ? null : m.ended().toString(),
                v.silenced(m.key()),
                m.channels());
    }

    private static AlertList.Message message(Letter l) {
        return new AlertList.Message(
                l.id(),
                l.channel(),
                l.made().toString(),
                l.tries(),
                l.trouble(),
                l.items().stream().map(i -> i.occasion().title()).toList());
    }

    private static List<AlertList.Quiet> silences(AlertsView v) {
        return v.silences().stream()
                .map(s -> new AlertList.Quiet(s.pattern(), s.until().toString(), s.reason(), s.by()))
                .toList();
    }

    @Override
    public AlertHushed silence(AlertHush hush, String by) throws Refused {
        Duration time = Duration.ofSeconds(Math.clamp(hush.seconds(), 0, Integer.MAX_VALUE));
        if (!Silence.sound(hush.pattern())) {
            throw refused(400, "a pattern is the key of an alert, with * for anything, such as guard/*");
        }
        if (time.isZero() || time.compareTo(LONGEST_SILENCE) > 0) {
            throw refused(400, "a silence lasts 1s to 366d");
        }
        if (hush.reason().length() > 200) {
            throw refused(400, "a reason has at most 200 characters");
        }
        List<Silence> there = view().silences();
        if (there.size() >= Alerts.MOST_SILENCES
                && there.stream().noneMatch(s -> s.pattern().equals(hush.pattern()))) {
            throw refused(
                    409, "there are " + there.size() + " silences already; end one first: holdfast alerts unsilence");
        }
        alerting.tell(new Stimulus.Hush(hush.pattern(), time, hush.reason(), by));
        AlertsView v = view();
        return new AlertHushed(covered(v, hush.pattern()), silences(v));
    }

    private static List<String> covered(AlertsView v, String pattern) {
        return v.matters().stream()
                .filter(v::pending)
                .map(Matter::key)
                .filter(k -> Silence.matches(pattern, k))
                .toList();
    }

    @Override
    public AlertHushed unsilence(String pattern) throws Refused {
        AlertsView v = view();
        if (v.silences().stream().noneMatch(s -> s.pattern().equals(pattern))) {
            throw refused(404, "\"" + pattern + "\" is no silence; holdfast alerts list shows them");
        }
        alerting.tell(new Stimulus.Unhush(pattern));
        return new AlertHushed(covered(v, pattern), silences(view()));
    }

    @Override
    public AlertTest test(String channel, String by) throws Refused {
        ChannelSpec c = spec.channels().get(channel);
        if (c == null) {
            throw refused(
                    404,
                    "\"" + channel + "\" is no alert channel; there are: "
                            + String.join(", ", spec.channels().keySet()));
        }
        var answer = new CompletableFuture<Delivery>();
        alerting.test(c, by, answer::complete);
        Duration patience = AlertSpec.timeout(c.way()).multipliedBy(TIMES);
        Delivery d = await(answer, patience);
        String why = switch (d) {
            case null -> "nobody answered within " + patience.toSeconds() + " s";
            case Delivery.Done _ -> "";
            case Delivery.Mostly(String w) -> "not all have got it: " + w;
            case Delivery.Partly(var _, String w) -> "not all have got it: " + w;
            case Delivery.Away(String w) -> w;
            case Delivery.Later(String w) -> w;
            case Delivery.Refused(String w) -> w;
        };
        return new AlertTest(channel, d instanceof Delivery.Done, why);
    }

    private AlertsView view() throws Refused {
        AlertsView v = await(alerting.view(), Duration.ofSeconds(ANSWER_SECONDS));
        if (v == null) {
            throw refused(503, "alerts do not answer");
        }
        return v;
    }

    private static <T> @Nullable T await(CompletableFuture<T> answer, Duration patience) throws Refused {
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(503, "interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private static Refused refused(int status, String why) {
        return new Refused(status, new Failure(why, List.of()));
    }
}
