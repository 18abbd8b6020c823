package dev.holdfast.crontab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ScheduleSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrontabTest {
    @TempDir
    Path dir;

    @Test
    void theContractsWrappedCrontabComesOutAsItsSchedules() throws IOException {
        Crontab crontab = Crontab.read("crontab", Files.readString(Path.of("src/test/resources/mautic.crontab")), true);
        SortedMap<String, ScheduleSpec> contract = load(Path.of("src/test/resources/contract/mautic-n8n.yaml"));
        assertThat(contract).hasSize(13);
        assertThat(schedules(crontab)).isEqualTo(contract);
        assertThat(crontab.left()).isZero();
        assertThat(crontab.remarks())
                .extracting(Crontab.Remark::text)
                .as("the slice alone has no key; cron itself would have cut each line at the quota")
                .containsOnly(
                        "systemd-run --slice=mautic.slice has no key; each run has a group of its own",
                        "cron would cut the line at the % of CPUQuota; it is taken as it is meant");
    }

    @Test
    void understandsTheOtherWaysToWriteWrappers() throws IOException {
        ScheduleSpec s = only("""
                CRON_TZ=Europe/Berlin
                MAILTO="ops@example.org"
                # backup
                30 2 * * 1-5 cd /srv && A='b c' /usr/bin/timeout -s INT -k 30s 1.5h nice --adjustment=5 \
                ionice -c idle flock -n /run/lock/backup systemd-run --scope -p MemoryMax=1G -p MemorySwapMax=1G \
                -p IOWeight=50 -- /usr/bin/env C=d backup --to "a place" >> /var/log/backup.log 2>&1
                """);
        assertThat(s.name()).isEqualTo("backup");
        assertThat(s.timing()).hasToString("30 2 * * 1-5 Europe/Berlin");
        assertThat(s.timeout()).isEqualTo(Duration.ofMinutes(90));
        assertThat(s.stop().signal().written()).isEqualTo("INT");
        assertThat(s.stop().timeout()).hasSeconds(30);
        assertThat(s.overlap()).isEqualTo(ScheduleSpec.Overlap.SKIP);
        assertThat(s.launch().nice()).isEqualTo(5);
        assertThat(s.launch().ioClass()).hasToString("IDLE");
        assertThat(s.launch().workingDir()).isEqualTo("/srv");
        assertThat(s.launch().command().argv()).containsExactly("backup", "--to", "a place");
        assertThat(s.launch().environment())
                .containsOnly(Map.entry("A", "b c"), Map.entry("C", "d"), Map.entry("MAILTO", "ops@example.org"));
        assertThat(s.resources().memorySwap()).hasToString("2Gi");
        assertThat(s.log().path()).isEqualTo("/var/log/backup.log");
    }

    @Test
    void leavesToTheShellWhatOnlyAShellCanDo() throws IOException {
        assertThat(only("@daily timeout 60 tar czf /b/$(date +\\%F).tgz /srv\n")
                        .launch()
                        .command()
                        .argv())
                .containsExactly("/bin/sh", "-c", "tar czf /b/$(date +%F).tgz /srv");
        assertThat(only("SHELL=/bin/bash\n@daily a | timeout 5 b; echo \"$X\"\n")
                        .launch()
                        .command()
                        .argv())
                .containsExactly("/bin/bash", "-c", "a | timeout 5 b; echo \"$X\"");
        assertThat(only("0 1 * * * rm -f /tmp/x-*\n").launch().command().argv().getLast())
                .isEqualTo("rm -f /tmp/x-*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "61 * * * * x            | 1 | 61 where a minute",
                "* * * * *               | 1 | this is no entry",
                "* * * * * mail me%hello | 1 | a % begins what the command reads",
                "5/15 * * * * x          | 1 | a step needs a range",
            })
    void tellsLineByLineWhatItCouldNotTurn(String line, int left, String why) {
        Crontab crontab = Crontab.read("crontab", "# a comment\n" + line + "\n* * * * * ok\n", false);
        assertThat(crontab.left()).isEqualTo(left);
        assertThat(crontab.remarks())
                .singleElement()
                .satisfies(r -> assertThat(r.line()).isEqualTo(2))
                .satisfies(r -> assertThat(r.text()).contains(why));
        assertThat(crontab.yaml())
                .contains("# crontab:2: not turned into a schedule")
                .contains("ok:");
    }

    @Test
    void aWrapperThatIsNotUnderstoodWholeStaysAndIsTold() throws IOException {
        Crontab crontab = Crontab.read("crontab", "* * * * * timeout --odd 5 x\n", false);
        assertThat(schedules(crontab)
                        .values()
                        .iterator()
                        .next()
                        .launch()
                        .command()
                        .argv())
                .containsExactly("timeout", "--odd", "5", "x");
        assertThat(crontab.remarks())
                .singleElement()
                .satisfies(r -> assertThat(r.text()).contains("timeout is left in the command"));
    }

    @Test
    void entriesOfOneLockFileShareAGroupAndEntriesOfOneLogFileDoNotShareIt() throws IOException {
        Map<String, ScheduleSpec> two = schedules(Crontab.read("crontab", """
                * * * * * flock -n /run/l a >> /var/log/l.log
                * * * * * flock -n /run/l b >> /var/log/l.log
                """, false));
        assertThat(two.values()).extracting(ScheduleSpec::group).containsOnly(new ScheduleSpec.GroupSpec("/run/l", 1));
        assertThat(two.values()).extracting(s -> s.log().path()).containsExactly("/var/log/l.log", null);
    }

    @Test
    void entriesOfDebiansPackagesAreSoundAndNamedAfterTheirPrograms() throws IOException {
        Crontab crontab = Crontab.read("crontab", resource("debian.crontab"), true);
        SortedMap<String, ScheduleSpec> all = schedules(crontab);
        assertThat(crontab.left()).isZero();
        assertThat(all)
                .containsOnlyKeys(
                        "run-parts-cron.hourly",
                        "run-parts-cron.daily",
                        "run-parts-cron.weekly",
                        "run-parts-cron.monthly",
                        "invoke-rc.d-anacron",
                        "certbot",
                        "sessionclean",
                        "checkarray",
                        "nice",
                        "nice-2",
                        "munin-cron",
                        "munin-limits",
                        "find",
                        "find-2",
                        "update.sh",
                        "buildstatic.sh",
                        "debian-sa1-1",
                        "debian-sa1-60",
                        "cleandb.sh",
                        "gc.sh",
                        "e2scrub_all_cron",
                        "e2scrub_all");
        assertThat(of(all, "sessionclean").timing()).asString().startsWith("09,39 * * * * ");
        assertThat(of(all, "sessionclean").launch().user()).isEqualTo("root");
        assertThat(of(all, "checkarray").launch().command().argv().getLast()).contains("$(date +%d) -le 7");
        assertThat(of(all, "find").launch().command().argv().getLast()).contains("${htmldir:-/var/cache/munin/www}");
        assertThat(of(all, "debian-sa1-1").launch().environment())
                .containsEntry("PATH", "/usr/lib/sysstat:/usr/sbin:/usr/sbin:/usr/bin:/sbin:/bin");
    }

    @Test
    void linesOfWellKnownProjectsBecomeWhatTheyMean() throws IOException {
        Crontab crontab = Crontab.read("crontab", resource("projects.crontab"), false);
        SortedMap<String, ScheduleSpec> all = schedules(crontab);
        assertThat(all)
                .containsOnlyKeys(
                        "php-cron.php",
                        "Moodle",
                        "Mautic",
                        "php-console",
                        "GitLab",
                        "gitlab-ctl-backup-etc",
                        "Laravel",
                        "wget",
                        "wp-cron",
                        "acme.sh",
                        "pg_dump",
                        "forever-start");
        assertThat(of(all, "php-cron.php").launch().command().argv())
                .containsExactly("php", "-f", "/var/www/nextcloud/cron.php");
        assertThat(of(all, "Moodle").timing()).asString().startsWith("* * * * * ");
        assertThat(of(all, "Mautic").launch().command().argv())
                .containsExactly("php", "/var/www/mautic/bin/console", "mautic:segments:update");
        assertThat(of(all, "php-console").log().path()).isEqualTo("/var/log/mautic.log");
        assertThat(of(all, "GitLab").launch().command().argv())
                .containsExactly("/opt/gitlab/bin/gitlab-backup", "create", "CRON=1");
        assertThat(of(all, "Laravel").launch().workingDir()).isEqualTo("/path-to-your-project");
        assertThat(of(all, "acme.sh").launch().command().argv()).startsWith("/root/.acme.sh/acme.sh");
        assertThat(of(all, "pg_dump").launch().command().argv().getLast()).contains("shop-$(date +%Y%m%d).sql.gz");
        assertThat(crontab.left()).isEqualTo(1);
        assertThat(crontab.remarks()).anyMatch(r -> r.left() && r.line() == 23);
    }

    @Test
    void anacrontabsAreDueByTheCalendarAndCaughtUpWith() throws IOException {
        Crontab crontab = Crontab.read("anacrontab", """
                SHELL=/bin/sh
                HOME=/root
                LOGNAME=root
                1	5	cron.daily	run-parts --report /etc/cron.daily
                7	10	cron.weekly	run-parts --report /etc/cron.weekly
                @monthly	15	cron.monthly	run-parts --report /etc/cron.monthly
                """, false);
        SortedMap<String, ScheduleSpec> all = schedules(crontab);
        assertThat(all).containsOnlyKeys("cron.daily", "cron.weekly", "cron.monthly");
        assertThat(all.values()).allMatch(s -> s.catchUp() == ScheduleSpec.CatchUp.LAST);
        assertThat(of(all, "cron.monthly").timing()).asString().startsWith("@monthly");
        assertThat(of(all, "cron.weekly").launch().command().argv())
                .containsExactly("run-parts", "--report", "/etc/cron.weekly");
        assertThat(crontab.remarks()).hasSize(3).allMatch(r -> r.text().contains("anacron"));
    }

    private static ScheduleSpec of(Map<String, ScheduleSpec> all, String name) {
        return Objects.requireNonNull(all.get(name), name);
    }

    private static String resource(String name) throws IOException {
        return Files.readString(Path.of("src/test/resources/import", name));
    }

    private ScheduleSpec only(String crontab) throws IOException {
        return schedules(Crontab.read("crontab", crontab, false))
                .values()
                .iterator()
                .next();
    }

    private SortedMap<String, ScheduleSpec> schedules(Crontab crontab) throws IOException {
        Path file = dir.resolve("imported.yaml");
        Files.writeString(file, crontab.yaml());
        return load(file);
    }

    private static SortedMap<String, ScheduleSpec> load(Path file) {
        Loaded loaded = new ConfigLoader(Map.of(), false).load(file);
        assertThat(loaded).as(loaded.toString()).isInstanceOf(Loaded.Sound.class);
        return ((Loaded.Sound) loaded).config().schedules();
    }
}
