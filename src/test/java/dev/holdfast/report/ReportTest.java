package dev.holdfast.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.api.Client;
import dev.holdfast.api.UsageReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final double MIB = SomeFacts.MIB;
    private static final Path GOLDEN = Path.of("src/test/resources/dev/holdfast/report");

    private static Facts of(List<Facts.Replica> replicas, List<Facts.Work> works, List<Facts.Disk> disks) {
        return of(replicas, works, disks, List.of(), false);
    }

    private static Facts of(
            List<Facts.Replica> replicas,
            List<Facts.Work> works,
            List<Facts.Disk> disks,
            List<Facts.Happening> happenings,
            boolean groups) {
        Line none = Line.unknown(SomeFacts.UNTIL, SomeFacts.STEP);
        return new Facts(
                "h",
                SomeFacts.FROM,
                SomeFacts.UNTIL,
                SomeFacts.ZONE,
                4,
                0,
                groups,
                none,
                none,
                none,
                replicas,
                works,
                happenings,
                disks,
                List.of(),
                List.of(),
                List.of());
    }

    private static List<UsageReport.Limit> limits(Facts.Replica... replicas) {
        return Report.of(of(List.of(replicas), List.of(), List.of())).limits();
    }

    // ── the whole ──

    /** With {@code -Dholdfast.golden=write} they are written anew, to be looked at. */
    @Test
    void textPageAndJsonOfAWeekAreAsKept() throws IOException {
        UsageReport r = Report.of(SomeFacts.full(""));
        golden("report.txt", ReportText.of(r));
        golden("report.html", ReportPage.of(r));
        golden("report.json", Client.write(r) + "\n");
        assertThat(ReportPage.of(Client.read(Client.write(r), UsageReport.class)))
                .as("what came over the socket says the same")
                .isEqualTo(ReportPage.of(r));
    }

    private static void golden(String name, String now) throws IOException {
        Path file = GOLDEN.resolve(name);
        if ("write".equals(System.getProperty("holdfast.golden"))) {
            Files.writeString(file, now);
        }
        assertThat(now).isEqualTo(Files.readString(file, StandardCharsets.UTF_8));
    }

    @Test
    void whatMattersMostIsSaidFirst() {
        UsageReport r = Report.of(SomeFacts.full(""));
        assertThat(r.findings())
                .anyMatch(f -> f.startsWith("/var will be full on Mon 10 Aug 2026"))
                .anyMatch(f -> f.startsWith("n8n leaks: its memory grows by 72.0Mi a day, and is at its limit on"))
                .anyMatch(f -> f.contains("1 kill for want of memory (mail/0)"))
                .anyMatch(f -> f.contains("1 kill by the guard (pid 4711 of www-data)"))
                .anyMatch(f -> f.contains("the memory limit of process mail is often reached: 256.0Mi → 384.0Mi"))
                .anyMatch(f -> f.matches("schedule segments failed \\d+ times by timeout"));
        assertThat(r.findings().getFirst()).startsWith("/var will be full");
        assertThat(ReportText.title(r)).startsWith("report of 7d: ").doesNotContain("\n");
        assertThat(r.growth()).extracting(UsageReport.Growth::name).containsExactly("n8n");
        assertThat(r.overlaps().mostAtOnce()).isEqualTo(2);
        assertThat(r.machine().runsByHour().stream().mapToInt(n -> n).sum()).isEqualTo(672 * 2 + 200);
    }

    @Test
    void ofNothingNothingIsSaid() {
        UsageReport r = Report.of(of(List.of(), List.of(), List.of()));
        assertThat(r.findings()).isEmpty();
        assertThat(ReportText.title(r)).isEqualTo("report of 7d: all is well");
        assertThat(ReportText.of(r)).contains("all is well").contains("nothing is known yet");
        assertThat(ReportPage.of(r)).contains("All is well.");
    }

    @Test
    void whatIsListedIsCutAndThatIsSaid() {
        Facts f = of(List.of(), List.of(), List.of());
        var names = IntStream.range(0, 70).mapToObj(i -> "s" + i).toList();
        var together = names.stream()
                .map(n -> new UsageReport.Together(n, n.equals("s3") ? names : List.of(n)))
                .toList();
        var moved = names.stream()
                .map(n -> new UsageReport.Moved(n, "0 2 * * *", "1 2 * * *"))
                .toList();
        UsageReport r = Report.of(new Facts(
                f.host(),
                f.from(),
                f.until(),
                f.zone(),
                f.cores(),
                f.memoryBytes(),
                f.groups(),
                f.cpu(),
                f.cpuPeaks(),
                f.memory(),
                f.replicas(),
                f.works(),
                f.happenings(),
                f.disks(),
                together,
                moved,
                f.notes()));
        assertThat(r.overlaps().together()).hasSize(50);
        assertThat(r.overlaps().together().get(3).schedules()).hasSize(50);
        assertThat(r.overlaps().proposals()).hasSize(50);
        assertThat(r.notes())
                .containsExactly(
                        "of 70 minutes with many schedules 50 are listed",
                        "of 70 schedules due at s3 50 are listed",
                        "of 70 proposals for schedules 50 are listed");
    }

    // ── hostile names ──

    @Test
    void noNameIsMarkupNorMovesATerminal() {
        var r = new Random(7);
        String alphabet = "<>&\"'/=`\u001b\u0000\u202e\n\r\t-!;%{}x";
        for (int n = 0; n < 200; n++) {
            var evil = new StringBuilder(
                    n == 0 ? "</title></style></svg><script>alert(1)</script><img src=x onerror=y>" : "");
            for (int i = 0; i < 12; i++) {
                evil.append(alphabet.charAt(r.nextInt(alphabet.length())));
            }
            if (n % 3 == 0) {
                evil.append('\ud800'); // alone
            }
            UsageReport report = Report.of(SomeFacts.full(evil.toString()));
            String page = ReportPage.of(report);
            assertThat(page).doesNotContain("<script").doesNotContain("<img").doesNotContain("style=");
            assertThat(tags(page)).as(evil.toString()).isEqualTo(tags(ReportPage.of(Report.of(SomeFacts.full("")))));
            assertThat(page.codePoints()).noneMatch(c -> c != '\n' && Character.isISOControl(c));
            assertThat(ReportText.of(report).codePoints()).noneMatch(c -> c != '\n' && Character.isISOControl(c));
            assertThat(ReportText.of(report).lines().count())
                    .isEqualTo(
                            ReportText.of(Report.of(SomeFacts.full(""))).lines().count());
        }
    }

    /** The elements of a page, in order, without what stands in them. */
    private static List<String> tags(String page) {
        var tags = new ArrayList<String>();
        var m = java.util.regex.Pattern.compile("</?([a-z0-9]+)").matcher(page);
        while (m.find()) {
            tags.add(m.group());
        }
        return tags;
    }

    // ── growth ──

    @Test
    void aLeakIsSeenWithinOneLifeAndARestartIsNone() {
        IntToDoubleFunction saw = i -> (200 + 3 * (i % 336)) * MIB; // it began anew in the middle
        Facts.Replica r = SomeFacts.replica("p", "p", saw, null, null);
        var restarted = new Facts.Replica(
                "p",
                "p",
                r.cpu(),
                r.cpuPeaks(),
                r.memory(),
                null,
                null,
                List.of(SomeFacts.UNTIL.minusSeconds(336 * 900L)));
        UsageReport.Growth g =
                Report.of(of(List.of(restarted), List.of(), List.of())).growth().getFirst();
        assertThat(g.bytesPerDay()).isCloseTo(288 * MIB, within(10 * MIB));
        assertThat(g.seconds()).isLessThan(4 * 86_400);

        Facts.Replica steps = SomeFacts.replica("p", "p", i -> (i < 336 ? 200 : 400) * MIB, null, null);
        assertThat(Report.of(of(List.of(steps), List.of(), List.of())).growth()).isEmpty();
    }

    @Test
    void aLifeThatIsOverComesToNoLimit() {
        for (boolean lasts : List.of(true, false)) {
            int again = lasts ? 200 : 500; // of 672 steps
            IntToDoubleFunction saw = i -> (200 + 3 * (i < again ? i : i - again)) * MIB;
            Facts.Replica r = SomeFacts.replica("p", "p", saw, null, (long) (4096 * MIB));
            var restarted = new Facts.Replica(
                    "p",
                    "p",
                    r.cpu(),
                    r.cpuPeaks(),
                    r.memory(),
                    null,
                    r.memoryLimit(),
                    List.of(r.memory().at(again)));
            UsageReport.Growth g = Report.of(of(List.of(restarted), List.of(), List.of()))
                    .growth()
                    .getFirst();
            assertThat(g.limitAt() != null).isEqualTo(lasts);
        }
    }

    @Test
    void aReplicaThatIsGoneComesToNoLimit() {
        for (int there : List.of(SomeFacts.WEEK, 500)) {
            IntToDoubleFunction saw = i -> i < there ? (200 + 3 * i) * MIB : Double.NaN;
            UsageReport.Growth g = Report.of(of(
                            List.of(SomeFacts.replica("p", "p/1", saw, null, (long) (4096 * MIB))),
                            List.of(),
                            List.of()))
                    .growth()
                    .getFirst();
            assertThat(g.limitAt() != null).isEqualTo(there == SomeFacts.WEEK);
        }
    }

    @Test
    void aReplicaCountsForTheTimeAtWhichItWasThere() {
        Facts.Replica stays = SomeFacts.replica("p", "p/0", i -> 100 * MIB, null, null);
        Facts.Replica aDay = SomeFacts.replica("p", "p/1", i -> i < 96 ? 70 * MIB : Double.NaN, null, null);
        Facts.Replica later =
                SomeFacts.replica("q", "q/0", i -> i < SomeFacts.WEEK / 2 ? Double.NaN : 40 * MIB, null, null);
        List<UsageReport.Program> all =
                Report.of(of(List.of(stays, aDay, later), List.of(), List.of())).processes();
        assertThat(all).filteredOn(p -> p.name().equals("p")).singleElement().satisfies(p -> {
            assertThat(p.replicas()).isEqualTo(2);
            assertThat(p.memoryMean()).isCloseTo((long) (110 * MIB), within((long) MIB));
            assertThat(p.memoryPeak()).isCloseTo((long) (100 * MIB), within(1L));
        });
        assertThat(all)
                .filteredOn(p -> p.name().equals("q"))
                .singleElement()
                .satisfies(p -> assertThat(p.memoryMean()).isCloseTo((long) (40 * MIB), within(1L)));
    }

    @Test
    void replicasThatCameAndWentDoNotShortenWhatIsKnownOfTheProcess() {
        var replicas = new ArrayList<Facts.Replica>();
        replicas.add(SomeFacts.replica("p", "p/0", i -> MIB, null, (long) (1024 * MIB)));
        for (int n = 1; n < 20; n++) {
            replicas.add(SomeFacts.replica("p", "p/" + n, i -> i < 1 ? MIB : Double.NaN, null, (long) (1024 * MIB)));
        }
        assertThat(limits(replicas.toArray(Facts.Replica[]::new))).hasSize(1);
        assertThat(limits(replicas.subList(1, 20).toArray(Facts.Replica[]::new)))
                .isEmpty();
    }

    // ── disks ──

    @Test
    void theDayOnWhichADiskIsFullIsToldUnlessItIsAYearAway() {
        var soon = new Facts.Disk(
                "/a", SomeFacts.line(i -> 50_000 * MIB + i * 10_000 * MIB / 96 / 7), (long) (70_000 * MIB));
        var late =
                new Facts.Disk("/b", SomeFacts.line(i -> 50_000 * MIB + i * 500 * MIB / 96 / 7), (long) (90_000 * MIB));
        var steady = new Facts.Disk("/c", SomeFacts.line(i -> (50_000 + i % 7) * MIB), (long) (70_000 * MIB));
        var empty = new Facts.Disk("/d", Line.unknown(SomeFacts.UNTIL, 900), (long) MIB);
        List<UsageReport.Disk> disks = Report.of(of(List.of(), List.of(), List.of(steady, late, soon, empty)))
                .disks();
        assertThat(disks).extracting(UsageReport.Disk::mount).containsExactly("/a", "/b", "/c");
        // 60,000 MiB by now, 10,000 a week: another week
        assertThat(LocalDate.ofInstant(Instant.parse(String.valueOf(disks.get(0).fullAt())), SomeFacts.ZONE))
                .isEqualTo(LocalDate.of(2026, 8, 10));
        assertThat(disks.get(1).fullAt()).isNull();
        assertThat(disks.get(1).bytesPerDay()).isNotNull();
        assertThat(disks.get(2).bytesPerDay()).isNull();
    }

    // ── limits ──

    @Test
    void aLimitThatIsNeverNearlyReachedIsProposedLowerWithItsArithmetic() {
        UsageReport.Limit l = limits(SomeFacts.replica("p", "p", i -> 200 * MIB, null, (long) (1024 * MIB)))
                .getFirst();
        assertThat(l.often()).isFalse();
        assertThat(l.how())
                .isEqualTo("the 99th percentile of 672 peaks 200.0Mi × 1.25 = 250.0Mi, rounded up to 256.0Mi");
        assertThat(l.proposal()).isEqualTo(256 * MIB);
    }

    @Test
    void whatWasHighOnceKeepsARoomAboveIt() {
        UsageReport.Limit l = limits(
                        SomeFacts.replica("p", "p", i -> (i == 100 ? 400 : 100) * MIB, null, (long) (1024 * MIB)))
                .getFirst();
        assertThat(l.how()).startsWith("the highest of 672 peaks 400.0Mi × 1.1 = 440.0Mi");
        assertThat(l.proposal()).isEqualTo(448 * MIB);
    }

    @Test
    void aLimitThatFitsIsLeftAlone() {
        assertThat(limits(SomeFacts.replica("p", "p", i -> 700 * MIB, 1.0, (long) (1024 * MIB))).stream()
                        .filter(l -> l.what().equals("memory")))
                .isEmpty();
        assertThat(limits(SomeFacts.replica("p", "p", i -> Double.NaN, null, (long) (1024 * MIB))))
                .as("of what is not known nothing is said")
                .isEmpty();
        assertThat(limits(SomeFacts.replica("p", "p", i -> i < 40 ? 1 * MIB : Double.NaN, null, (long) (1024 * MIB))))
                .as("ten hours are too little for never")
                .isEmpty();
    }

    @Test
    void neverTakesADayHoweverShortTheSpan() {
        for (int hours : List.of(2, 12, 22, 24)) {
            var r = SomeFacts.replica(
                    "p", "p", i -> i >= 672 - 4 * hours ? MIB : Double.NaN, null, (long) (1024 * MIB));
            Facts f = of(List.of(r), List.of(), List.of());
            var cut = new Facts(
                    f.host(),
                    f.until().minus(Duration.ofHours(hours)),
                    f.until(),
                    f.zone(),
                    f.cores(),
                    f.memoryBytes(),
                    f.groups(),
                    f.cpu(),
                    f.cpuPeaks(),
                    f.memory(),
                    f.replicas(),
                    f.works(),
                    f.happenings(),
                    f.disks(),
                    f.together(),
                    f.moved(),
                    f.notes());
            assertThat(Report.of(cut).limits()).as("%d hours", hours).hasSize(hours == 24 ? 1 : 0);
        }
    }

    @Test
    void aLimitThatIsOftenReachedIsProposedHigher() {
        UsageReport.Limit l = limits(
                        SomeFacts.replica("p", "p", i -> (i % 10 == 0 ? 250 : 100) * MIB, null, (long) (256 * MIB)))
                .getFirst();
        assertThat(l.often()).isTrue();
        assertThat(l.reached()).isEqualTo(68);
        assertThat(l.proposal()).isEqualTo(320 * MIB);
        assertThat(l.how()).contains("68 of 672 peaks came to 95% of it").contains("256.0Mi × 1.25 = 320.0Mi");
    }

    @Test
    void onlyKillsByTheLimitItselfSpeakAgainstIt() {
        var p = SomeFacts.replica("p", "p", i -> 100 * MIB, null, (long) (150 * MIB));
        assertThat(limitsAfter(p, new Facts.Happening(SomeFacts.FROM, "p", Facts.Reason.OOM, "the host's")))
                .isEmpty();
        assertThat(limitsAfter(p, new Facts.Happening(SomeFacts.FROM, "p", Facts.Reason.LIMIT, "too many processes")))
                .isEmpty();
        assertThat(limitsAfter(p, new Facts.Happening(SomeFacts.FROM, "p", Facts.Reason.OOM, true, "its own")))
                .singleElement()
                .satisfies(l -> assertThat(l.how()).startsWith("1 was ended by it"));
        var tasks = new ArrayList<Facts.Task>();
        for (int i = 0; i < 30; i++) {
            tasks.add(SomeFacts.task(SomeFacts.FROM, 10, i < 2 ? "oom" : "", (long) (100 * MIB)));
        }
        var work = SomeFacts.work(Facts.Kind.QUEUE, "q", tasks, (long) (150 * MIB), Duration.ofSeconds(15));
        assertThat(Report.of(of(List.of(), List.of(work), List.of())).limits())
                .as("the host's, since no peak came to the limit")
                .isEmpty();
    }

    private static List<UsageReport.Limit> limitsAfter(Facts.Replica r, Facts.Happening h) {
        return Report.of(of(List.of(r), List.of(), List.of(), List.of(h), false))
                .limits();
    }

    /** A group's page cache comes to any limit in time, and is taken back there. */
    @Test
    void peaksOfGroupsSayNothingOfTooLittleMemory() {
        var r = SomeFacts.replica("p", "p", i -> 150 * MIB, null, (long) (150 * MIB));
        var own = new Facts.Happening(SomeFacts.FROM, "p", Facts.Reason.OOM, true, "its own");
        assertThat(Report.of(of(List.of(r), List.of(), List.of(), List.of(), true))
                        .limits())
                .isEmpty();
        assertThat(Report.of(of(List.of(r), List.of(), List.of(), List.of(own), true))
                        .limits())
                .singleElement()
                .satisfies(l -> assertThat(l.how())
                        .startsWith("1 was ended by it (peaks hold page cache and do not count)")
                        .endsWith("150.0Mi × 1.5 = 225.0Mi, rounded up to 240.0Mi"));
        assertThat(Report.of(of(List.of(r), List.of(), List.of(), List.of(), false))
                        .limits())
                .as("what is resident is wanted")
                .singleElement()
                .matches(UsageReport.Limit::often);
    }

    @Test
    void timeoutsAndMemoryOfRunsAreJudgedByTheirAttempts() {
        var tasks = new ArrayList<Facts.Task>();
        for (int i = 0; i < 100; i++) {
            tasks.add(SomeFacts.task(
                    SomeFacts.FROM.plusSeconds(i * 3600L), 10, i < 5 ? "timeout" : "", (long) (40 * MIB)));
        }
        var work = SomeFacts.work(Facts.Kind.SCHEDULE, "s", tasks, (long) (512 * MIB), Duration.ofSeconds(10));
        assertThat(Report.of(of(List.of(), List.of(work), List.of())).limits())
                .as("without groups a peak is that of one process of many: nothing is proposed lower")
                .extracting(UsageReport.Limit::what)
                .containsExactly("timeout");
        List<UsageReport.Limit> limits = Report.of(of(List.of(), List.of(work), List.of(), List.of(), true))
                .limits();
        assertThat(limits).extracting(UsageReport.Limit::what).containsExactly("timeout", "memory");
        assertThat(limits.get(0).how())
                .isEqualTo("5 were ended by it; what they wanted is not known: 10s × 1.5 = 15s, rounded up to 15s");
        assertThat(limits.get(1).proposal()).isEqualTo(52 * MIB);
    }
}
