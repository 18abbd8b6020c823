package dev.holdfast.patrol;

import dev.holdfast.config.GuardSpec;
import dev.holdfast.config.GuardSpec.Deed;
import dev.holdfast.guard.Finding;
import dev.holdfast.guard.RuleView;
import dev.holdfast.linux.Census;
import dev.holdfast.linux.Errno;
import dev.holdfast.linux.Host;
import dev.holdfast.unit.MonoTime;
import dev.holdfast.unit.Now;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The guard by hand, without a daemon: the same eyes, the same judgement, the same hands. */
public final class Scan {
    /** Between two looks. */
    public static final Duration STEP = Duration.ofSeconds(1);

    private final Path proc;
    private final Path roots;
    private final Supplier<Now> clock;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /**
     * @param proc such as /proc
     * @param roots below which the runtimes of containers keep their files: /
     */
    public Scan(Path proc, Path roots, Supplier<Now> clock) {
        this.proc = proc;
        this.roots = roots;
        this.clock = clock;
    }

    /**
     * A process that ended and nobody waited for.
     *
     * @param parent its pid
     * @param parentCommand as it may be shown
     */
    public record Zombie(int pid, int parent, String parentCommand, String parentUser) {}

    /** @param seconds that it has run */
    public record Orphan(int pid, String user, long seconds, long memoryBytes, String command) {}

    /** What was found and done, as JSON has it. */
    public List<Map<String, Object>> findings() {
        return findings.stream().map(GuardHistory::values).toList();
    }

    /** What could not be looked at, in words. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /**
     * Looks for as long, at least twice, and then says what each rule sees.
     *
     * @param kill whether those that are to be killed are
     */
    public List<RuleView> rules(GuardSpec spec, Duration watch, boolean kill) throws IOException {
        try (Patrol patrol = open(spec.byHand(kill, STEP))) {
            run(patrol, watch);
            return patrol.views();
        }
    }

    private Patrol open(GuardSpec spec) throws Errno {
        return new Patrol(
                spec, new Patrol.Post(proc, roots, self(), Census.budget(proc), _ -> ""), clock, new Effects() {
                    @Override
                    public void tell(Finding finding) {
                        findings.add(finding);
                    }

                    @Override
                    public void supervise(boolean restart, List<String> names, Finding finding) {
                        warnings.add("only a daemon restarts or stops its processes: " + String.join(", ", names));
                    }

                    @Override
                    public void exec(Deed.Exec exec, Finding finding) {
                        warnings.add("only a daemon runs the commands of rules");
                    }

                    @Override
                    public void warn(String what) {
                        warnings.add(what);
                    }
                });
    }

    private int self() {
        return new Host(proc, () -> clock.get().mono()).pid();
    }

    /** For as long, and then until everybody who was asked to end has, or is not waited for. */
    private void run(Patrol patrol, Duration watch) {
        MonoTime until = clock.get().mono().plus(watch);
        int[] looks = {0};
        patrol.run(() -> {
            boolean over = looks[0] >= 2 && !clock.get().mono().isBefore(until) && patrol.idle();
            looks[0]++;
            return over;
        });
    }

    /** Those that nobody waited for now. */
    public List<Zombie> zombies() throws IOException {
        try (Eyes eyes = eyes()) {
            var all = new ArrayList<Zombie>();
            for (int slot = 0; slot < eyes.slots(); slot++) {
                if (eyes.present(slot) && eyes.state(slot) == 'Z') {
                    int parent = eyes.slotOf(eyes.parent(slot));
                    all.add(new Zombie(
                            eyes.pid(slot),
                            eyes.parent(slot),
                            parent < 0 ? "" : eyes.traits(parent).shown(),
                            parent < 0 ? "" : eyes.traits(parent).user()));
                }
            }
            return all;
        }
    }

    private Eyes eyes() throws IOException {
        var eyes = new Eyes(proc, self(), _ -> "", roots, 0);
        eyes.look(clock.get().mono(), false);
        return eyes;
    }

    /**
     * Tells their parents by SIGCHLD, and ends those that do not heed it.
     *
     * @param guard what it protects counts, and whether it only rehearses; null: nothing of that is configured
     */
    public void endZombies(@Nullable GuardSpec guard) throws IOException {
        var spec = new GuardSpec.ZombieSpec(
                STEP,
                Duration.ofSeconds(2),
                GuardSpec.ZombieDeed.KILL_PARENT,
                new Deed.Kill(dev.holdfast.unit.Signal.TERM, Duration.ofSeconds(10), false),
                null,
                java.util.Set.of(),
                List.of());
        try (Patrol patrol = open(only(guard, spec, null))) {
            run(patrol, Duration.ofSeconds(9));
        }
    }

    /** @param spec its match and age count */
    public List<Orphan> orphans(GuardSpec.OrphanSpec spec) throws IOException {
        try (Eyes eyes = eyes()) {
            var all = new ArrayList<Orphan>();
            int self = self();
            for (int slot = 0; slot < eyes.slots(); slot++) {
                long seconds = (eyes.nowTicks() - (eyes.present(slot) ? eyes.startTicks(slot) : 0)) / 100;
                if (eyes.present(slot)
                        && dev.holdfast.guard.Guard.orphan(eyes, slot, self)
                        && seconds >= spec.olderThan().toSeconds()
                        && dev.holdfast.guard.Guard.matches(spec.match(), eyes.traits(slot))) {
                    all.add(new Orphan(
                            eyes.pid(slot),
                            eyes.traits(slot).user(),
                            seconds,
                            eyes.rssBytes(slot),
                            eyes.traits(slot).shown()));
                }
            }
            return all;
        }
    }

    private static GuardSpec only(
            @Nullable GuardSpec guard, GuardSpec.@Nullable ZombieSpec zombies, GuardSpec.@Nullable OrphanSpec orphans) {
        return guard == null
                ? GuardSpec.only(false, List.of(), zombies, orphans)
                : GuardSpec.only(guard.dryRun(), guard.protect(), zombies, orphans);
    }

    /**
     * Ends them as the daemon would.
     *
     * @param guard as of {@link #endZombies}
     */
    public void endOrphans(GuardSpec.OrphanSpec spec, @Nullable GuardSpec guard) throws IOException {
        try (Patrol patrol = open(only(guard, null, spec))) {
            run(patrol, STEP);
        }
    }
}
