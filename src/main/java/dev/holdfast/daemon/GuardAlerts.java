package dev.holdfast.daemon;

import dev.holdfast.alert.Occasion;
import dev.holdfast.chronicle.Words;
import dev.holdfast.deeds.GuardWords;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.Suspect;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Severity;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** Tells of what the guard found those whom it concerns. One thread uses it. */
final class GuardAlerts {
    private final AlertDesk desk;
    private final Set<String> raised = new HashSet<>();

    GuardAlerts(AlertDesk desk) {
        this.desk = desk;
    }

    /** What an earlier daemon raised, and was not found since, is over. */
    void settle() {
        desk.retain("guard/", Set.copyOf(raised));
    }

    void tell(Finding f) {
        String key = "guard/" + f.key();
        // Zombies and orphans are told once: nobody tells that they are over.
        boolean lasting = (f.deed().equals("alert") || f.deed().equals("log")) && !GuardWords.once(f);
        boolean wanted = !f.alert().isEmpty() || f.deed().equals("alert");
        switch (f.kind()) {
            case CLEARED -> {
                if (raised.remove(key)) {
                    desk.clear(key, f.deed());
                }
            }
            case FIRED -> {
                boolean waits = f.deed().startsWith("kill") && !f.dry();
                if (wanted && !waits && desk.open()) {
                    Occasion o = lasting
                            ? Occasion.lasting(key, Severity.WARNING, title(f))
                            : Occasion.event(key, Severity.WARNING, title(f));
                    if (lasting) {
                        raised.add(key);
                    }
                    desk.raise(with(o, f, f.dry() ? "nothing: a dry run" : lasting ? "" : f.deed()));
                }
            }
            case ENDED, SPARED, HELD_BACK -> occur(f, key, Severity.WARNING);
            case STAYS, REFUSED -> occur(f, key, Severity.CRITICAL);
            case ESCALATED -> {}
        }
    }

    private void occur(Finding f, String key, Severity severity) {
        if (!f.alert().isEmpty() && desk.open()) {
            desk.raise(with(Occasion.event(key, severity, title(f)), f, f.deed()));
        }
    }

    private static String title(Finding f) {
        Suspect s = f.suspect();
        return f.rule() + ": " + (s == null ? f.why() : "pid " + s.ref().pid() + " " + s.command());
    }

    private static Occasion with(Occasion occasion, Finding f, String done) {
        Occasion o = occasion.withText(String.join("\n", f.evidence()))
                .withFact("rule", f.rule(), null)
                .withFact("why", f.why(), null)
                .to(f.alert())
                .withLook("holdfast guard history");
        Suspect s = f.suspect();
        if (s != null) {
            o = o.withFact("user", s.user(), null)
                    .withFact("memory", new ByteSize(s.memoryBytes() >> 20 << 20).toString(), null)
                    .withFact("runtime", Words.of(Duration.ofSeconds(s.runtimeSeconds())), null);
        }
        return done.isEmpty() ? o : o.withDone(done);
    }
}
