package dev.holdfast.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Carries a plan out, one fault after the other. */
final class Striker {
    private static final List<String> SIGNALS = List.of("HUP", "USR1", "CHLD", "WINCH", "URG", "CONT");
    private static final int MOST_VICTIMS = 4;
    private static final int MOST_SIGNALS = 150;
    private static final int BIG = 150;
    private static final int STORE_TRIES = 50;
    private static final int HOG_MIB = 90;
    private static final long DAYS_AWAY = 3 * 86_400;
    private static final long SECONDS_AWAY = 60;
    private static final Duration CLOCK_SEEN = Duration.ofSeconds(30);

    private final Subject subject;
    private final Grounds grounds;
    private final Chronicle chronicle;
    private final FullConfiguration configuration;
    private final Customers customers;
    private final Api api;
    private final Api stranger;
    private final List<Process> hogs = new ArrayList<>();
    private int generation;

    Striker(
            Subject subject,
            Grounds grounds,
            Chronicle chronicle,
            FullConfiguration configuration,
            Customers customers,
            Api api,
            Api stranger) {
        this.subject = subject;
        this.grounds = grounds;
        this.chronicle = chronicle;
        this.configuration = configuration;
        this.customers = customers;
        this.api = api;
        this.stranger = stranger;
    }

    /** Each at its time, or when those before it are over. */
    void carryOut(Plan plan) throws IOException, InterruptedException {
        long began = System.nanoTime();
        for (Plan.Strike strike : plan.strikes()) {
            pass(Duration.ofNanos(strike.at().toNanos() - (System.nanoTime() - began)));
            chronicle.befell(strike.fault() + " for " + strike.lasting().toMillis() + " ms"
                    + (strike.meanwhile() ? ", the daemon is killed meanwhile" : ""));
            strike(strike, new Random(strike.draw()));
        }
        write(0);
    }

    /** What was to be ended by the guard. */
    List<Process> hogs() {
        return hogs;
    }

    /** Time passes: that is the plan. */
    private static void pass(Duration duration) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    }

    private void last(Plan.Strike strike, Random random) throws IOException, InterruptedException {
        if (strike.meanwhile()) {
            pass(strike.lasting().dividedBy(2));
            replace(random);
        } else {
            pass(strike.lasting());
        }
    }

    private void strike(Plan.Strike strike, Random random) throws IOException, InterruptedException {
        switch (strike.fault()) {
            case DAEMON_KILLED -> replace(random);
            case DAEMON_KILLED_TWICE -> {
                subject.kill();
                subject.start();
                pass(Duration.ofMillis(random.nextInt(2500)));
                replace(random);
            }
            case DAEMON_STOPPED -> {
                subject.disturb();
                subject.signal("STOP");
                last(strike, random);
                subject.signal("CONT");
                subject.calm();
            }
            case CHILDREN_KILLED -> victims(random).forEach(v -> signal(v, "KILL"));
            case CHILDREN_STOPPED -> {
                List<Sightings.Seen> victims = victims(random);
                victims.forEach(v -> signal(v, "STOP"));
                last(strike, random);
                victims.forEach(v -> signal(v, "CONT"));
            }
            case KEEPER_KILLED ->
                Sightings.beside(grounds.holder().pid()).stream()
                        .filter(s -> s.arguments().equals("sleep infinity"))
                        .forEach(v -> signal(v, "KILL"));
            case LOG_FULL -> full("log", strike, random);
            case STATE_FULL -> full("state", strike, random);
            case STATE_AWAY -> {
                if (!storeIsOpen(random)) {
                    chronicle.befell("  left out: the store is shut");
                    return;
                }
                grounds.cover("state");
                last(strike, random);
                grounds.uncover("state");
            }
            case LINES -> {
                for (String name : List.of("scribe", "chatty")) {
                    Long pid =
                            Sightings.holders(grounds.marks(), grounds.mark()).get(name);
                    if (pid != null) {
                        signal(new Sightings.Seen(pid, name), "USR1");
                    }
                }
                last(strike, random);
            }
            case QUESTIONS -> {
                List<AutoCloseable> connections = Floods.connections(grounds, random);
                chronicle.befell("  questions: "
                        + Floods.questions(stranger, new Api(grounds.apiPort(), "hft_none", Duration.ofSeconds(20))));
                last(strike, random);
                Floods.close(connections);
            }
            case JOBS -> {
                for (int i = random.nextInt(20, 60); i > 0; i--) {
                    customers.submit(random);
                }
            }
            case FILES -> Floods.files(grounds.home().resolve("tmp"), strike.draw());
            case RELOAD -> {
                generation++;
                write(0);
                reload(random.nextBoolean(), true);
            }
            case BROKEN_RELOAD -> {
                text("version: 1\nprocesses:\n  db: { command: [\"true\"], replicas: many }\nprocesses: {}\n");
                reload(random.nextBoolean(), false);
                last(strike, random);
                write(0);
            }
            case BIG_RELOAD -> {
                write(BIG);
                reload(random.nextBoolean(), true);
                last(strike, random);
                write(0);
                reload(random.nextBoolean(), true);
            }
            case SIGNALS -> {
                for (int i = random.nextInt(20, MOST_SIGNALS); i > 0; i--) {
                    subject.signal(SIGNALS.get(random.nextInt(SIGNALS.size())));
                }
            }
            case HOG -> hogs.add(new ProcessBuilder(actor("hog", grounds.mark(), HOG_MIB)).start());
            case CLOCK -> {
                long far = random.nextBoolean() ? DAYS_AWAY : SECONDS_AWAY;
                long away = random.nextLong(-far, far);
                chronicle.befell("  the clock is set by " + away + " s");
                grounds.clock().orElseThrow().set(away);
                seen(away);
                last(strike, random);
                grounds.clock().orElseThrow().set(0);
            }
        }
    }

    /** One that is opened on the disk that covers the other would be lost with it, and the jobs that it took. */
    private boolean storeIsOpen(Random random) throws InterruptedException {
        for (int i = 0; i < STORE_TRIES; i++) {
            if (customers.submit(random)) {
                return true;
            }
            pass(Duration.ofMillis(200));
        }
        return false;
    }

    /** The daemon is killed, and a successor comes. */
    private void replace(Random random) throws IOException, InterruptedException {
        subject.kill();
        pass(Duration.ofMillis(random.nextInt(1500)));
        subject.start();
        subject.awaitAnswer();
    }

    private void full(String disk, Plan.Strike strike, Random random) throws IOException, InterruptedException {
        grounds.fill(disk);
        last(strike, random);
        grounds.makeRoom(disk);
    }

    private void write(int more) throws IOException {
        text(configuration.yaml(generation, more));
    }

    private void text(String yaml) throws IOException {
        Path file = grounds.home().resolve("holdfast.yaml");
        Path fresh = grounds.home().resolve("fresh.yaml");
        Files.writeString(fresh, yaml);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void reload(boolean bySignal, boolean sound) throws IOException, InterruptedException {
        if (bySignal) {
            subject.signal("HUP");
            return;
        }
        try {
            var answer = api.post("/api/v1/reload", "{}");
            if (sound == (answer.status() / 100 != 2)) {
                chronicle.violated("a file that is " + (sound ? "" : "not ") + "sound was answered with "
                        + answer.status() + ": " + answer.text());
            }
        } catch (IOException e) {
            chronicle.violated("a reload was not answered: " + e);
        }
    }

    private List<String> actor(String part, String mark, int argument) {
        String bin = grounds.home().resolve("bin").toString();
        return List.of(
                bin + "/chaos-actor",
                bin + "/actor.pl",
                part,
                mark,
                grounds.marks().toString(),
                "x",
                Integer.toString(argument));
    }

    /** By their arguments and not by their pids, which are others each time. */
    private List<Sightings.Seen> victims(Random random) throws IOException {
        var all = new ArrayList<>(Sightings.carrying(grounds.mark()).stream()
                .filter(s -> !s.arguments().contains("actor.pl hog "))
                .toList());
        all.sort((a, b) -> a.arguments().compareTo(b.arguments()));
        Collections.shuffle(all, random);
        List<Sightings.Seen> victims = all.subList(0, Math.min(all.size(), random.nextInt(1, MOST_VICTIMS + 1)));
        victims.forEach(v -> chronicle.befell(
                "  " + v.pid() + " " + v.arguments().replaceAll(".*actor\\.pl (\\S+) \\S+ \\S+", "$1")));
        return victims;
    }

    /** Returns when lines that the daemon writes bear the other time: else nothing has befallen it. */
    private void seen(long away) {
        Path log = grounds.home().resolve("big/scribe.log");
        try {
            Awaitility.await().atMost(CLOCK_SEEN).until(() -> {
                String last = Sightings.read(log).lines().reduce("", (_, line) -> line);
                Instant due = Instant.now().plusSeconds(away);
                return Duration.between(time(last), due).abs().toSeconds() < 2;
            });
        } catch (ConditionTimeoutException unseen) {
            chronicle.violated("the daemon's lines do not bear the time of a clock that was set by " + away + " s");
        }
    }

    /** Of a line; long ago when it is torn, as it is while it is written. */
    private static Instant time(String line) {
        try {
            return Instant.parse(line.replaceFirst(" .*", ""));
        } catch (DateTimeParseException torn) {
            return Instant.EPOCH;
        }
    }

    private static void signal(Sightings.Seen who, String name) {
        try {
            Objects.requireNonNull(new ProcessBuilder("kill", "-" + name, Long.toString(who.pid()))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start())
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
