package dev.holdfast.audit.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.AuditorContract;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Programs;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemdAuditTest extends AuditorContract {
    private static final String ETC = "/etc/systemd/system/";
    private static final String UNIT = ETC + "shop-api.service";
    private static final String[] GOOD = {
        "[Service]",
        "ExecStart=/usr/bin/shop",
        "MemoryMax=512M",
        "MemoryHigh=450M",
        "Restart=on-failure",
        "RestartSec=1"
    };

    private final SystemdAudit audit = new SystemdAudit();

    @TempDir
    Path temp;

    @Override
    protected Auditor auditor() {
        return audit;
    }

    @Override
    protected String file() {
        return UNIT;
    }

    @Override
    protected FakeGrounds host() {
        return new FakeGrounds().told("systemd.units", "shop-api.service");
    }

    @Override
    protected List<String> beginnings() {
        return List.of("", "[Service]\nMemoryMax=", "[Service]\nRestart=always\nRestartSec=", "[Service]\nSlice=");
    }

    @Test
    void hasNothingAgainstALimitedService() {
        var verdict = audit.audit(host().file(UNIT, GOOD));
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.claims()).singleElement().satisfies(c -> {
            assertThat(c.who()).isEqualTo("systemd unit shop-api.service");
            assertThat(c.worst()).isEqualTo(512L << 20);
            assertThat(c.typical()).isEqualTo(450L << 20);
            assertThat(c.sites()).containsExactly(new Site(UNIT, 3));
        });
    }

    @Test
    void findsAServiceWithoutLimitAndRestart() {
        var verdict = audit.audit(host().file(UNIT, "[Service]", "ExecStart=/usr/bin/shop"));
        assertThat(rules(verdict)).containsExactly("systemd-no-memory-limit", "systemd-no-restart");
        assertThat(verdict.findings()).allMatch(f -> f.grade() == Grade.WARNING);
        assertThat(verdict.claims())
                .as("it can take all there is")
                .singleElement()
                .satisfies(c -> assertThat(c.worst()).isEqualTo(Long.MAX_VALUE))
                .satisfies(c -> assertThat(c.who()).isEqualTo("systemd unit shop-api.service"));
        assertThat(rules(audit.audit(host().file(UNIT, "[Service]", "Type=oneshot", "MemoryHigh=1G"))))
                .isEmpty();
    }

    @Test
    void takesTheLimitOfItsSlice() {
        var host = host().file(UNIT, "[Service]", "Type=oneshot", "Slice=shop.slice");
        assertThat(rules(audit.audit(host))).containsExactly("systemd-no-memory-limit");
        assertThat(rules(audit.audit(host.file(ETC + "shop.slice", "[Slice]", "MemoryMax=2G"))))
                .isEmpty();
    }

    @Test
    void takesALimitBackByAnEmptyOne() {
        var host = host().file(UNIT, GOOD).file(UNIT + ".d/50.conf", "[Service]", "MemoryMax=", "MemoryHigh=infinity");
        assertThat(rules(audit.audit(host))).containsExactly("systemd-no-memory-limit");
    }

    @Test
    void gathersWhatPackagesMade() {
        var host = new FakeGrounds()
                .file(ETC + "multi-user.target.wants/cron.service", "[Service]")
                .file(ETC + "multi-user.target.wants/ssh.service", "[Service]")
                .file("/lib/systemd/system/cron.service", "[Service]", "Restart=on-failure")
                .file("/lib/systemd/system/ssh.service", "[Service]", "ExecStart=/usr/sbin/sshd");
        var verdict = audit.audit(host);
        assertThat(verdict.claims()).isEmpty();
        assertThat(verdict.findings()).allMatch(f -> f.grade() == Grade.NOTE);
        assertThat(only(verdict, "systemd-no-memory-limit").evidence()).containsExactly("cron.service", "ssh.service");
        assertThat(only(verdict, "systemd-no-restart").evidence()).containsExactly("ssh.service");
        assertThat(only(verdict, "systemd-start-limit-at-once").evidence()).containsExactly("cron.service");
    }

    @Test
    void notesALimitOfAPackageThatNeverTrips() {
        String packaged = "/usr/lib/systemd/system/mariadb.service";
        var host = new FakeGrounds()
                .other("/etc/systemd/system/multi-user.target.wants/mariadb.service")
                .file(packaged, "[Service]", "MemoryMax=1G", "Restart=on-abort", "RestartSec=5s")
                .file("/etc/systemd/system/service.d/10-all.conf", "[Service]", "OOMPolicy=continue");
        var finding = only(audit.audit(host), "systemd-start-limit-never");
        assertThat(finding.grade()).isEqualTo(Grade.NOTE);
        assertThat(finding.evidence()).containsExactly("mariadb.service");
    }

    @Test
    void takesTheLimitsOfSetPropertyAndOfSlicesAbove() {
        String[] open = {"[Service]", "ExecStart=/x", "Restart=always", "RestartSec=1", "Slice=shop-web.slice"};
        assertThat(rules(audit.audit(host().file(UNIT, open)))).containsExactly("systemd-no-memory-limit");
        assertThat(rules(audit.audit(host().file(UNIT, open)
                        .file(
                                "/etc/systemd/system.control/shop-api.service.d/50-MemoryMax.conf",
                                "[Service]",
                                "MemoryMax=1073741824"))))
                .isEmpty();
        assertThat(rules(audit.audit(
                        host().file(UNIT, open).file("/etc/systemd/system/shop.slice", "[Slice]", "MemoryMax=2G"))))
                .isEmpty();
        assertThat(rules(audit.audit(host().file(UNIT, open)
                        .file("/etc/systemd/system/shop.slice", "[Slice]", "MemoryMax=infinity"))))
                .containsExactly("systemd-no-memory-limit");
    }

    @Test
    void leavesWhatOverridesAPackageOrTheWholeTypeAlone() {
        assertThat(audit.audit(host().file(UNIT, GOOD)
                                .file(
                                        "/usr/lib/systemd/system/shop-api.service.d/a.conf",
                                        "[Service]",
                                        "OOMPolicy=kill")
                                .file("/etc/systemd/system/service.d/b.conf", "[Service]", "OOMPolicy=stop")
                                .file(
                                        "/etc/systemd/system/shop-api.service.d/c.conf",
                                        "[Service]",
                                        "MemoryMax=",
                                        "MemoryMax=500M",
                                        "OOMPolicy=continue"))
                        .findings())
                .isEmpty();
    }

    @Test
    void findsALimitThatNeverTrips() {
        var host = host().file(UNIT, "[Service]", "MemoryMax=1G", "Restart=always", "RestartSec=5");
        var finding = only(audit.audit(host), "systemd-start-limit-never");
        assertThat(finding.what()).contains("5 restarts take 25s").contains("within 10s");
        assertThat(finding.evidence())
                .containsExactly("RestartSec 5000 ms × StartLimitBurst 5 = 25s", "StartLimitIntervalSec 10s");
        for (String unit : List.of("StartLimitIntervalSec=1min", "StartLimitIntervalSec=0", "StartLimitInterval=30")) {
            assertThat(rules(audit.audit(host.file(UNIT + ".d/x.conf", "[Unit]", unit))))
                    .as(unit)
                    .isEmpty();
        }
    }

    @Test
    void findsALimitThatTripsAtOnce() {
        var host = host().file(UNIT, "[Service]", "MemoryMax=1G", "Restart=always");
        assertThat(only(audit.audit(host), "systemd-start-limit-at-once").what())
                .isEqualTo("shop-api.service stays down after 500 ms of failing: 5 starts, 100 ms apart");
        assertThat(rules(audit.audit(host.file(UNIT + ".d/x.conf", "[Service]", "RestartSec=1s 500ms"))))
                .isEmpty();
    }

    @Test
    void findsKeysThatDoNotCountWhereTheyAre() {
        var host = host().file(UNIT, GOOD)
                .file(UNIT + ".d/x.conf", "[Unit]", "MemoryMax=1G", "[Service]", "StartLimitIntervalSec=0");
        assertThat(audit.audit(host).findings())
                .allMatch(f -> f.rule().equals("systemd-ignored-key"))
                .extracting(f -> f.sites().getFirst().line())
                .containsExactly(2, 4);
        assertThat(rules(audit.audit(host().file(UNIT, GOOD).file(UNIT + ".d/x.conf", "[Unit]", "StartLimitBurst=3"))))
                .isEmpty();
    }

    @Test
    void findsDropInsThatFight() {
        var host = host().file(UNIT, GOOD)
                .file(UNIT + ".d/10.conf", "[Service]", "MemoryMax=1G")
                .file("/usr/lib/systemd/system/shop-.service.d/90.conf", "[Service]", "MemoryMax=2G");
        var finding = only(audit.audit(host), "systemd-drop-in-conflict");
        assertThat(finding.sites()).containsExactly(new Site(UNIT + ".d/10.conf", 2));
        assertThat(finding.what()).contains("2G of /usr/lib/systemd/system/shop-.service.d/90.conf:2 wins");
        assertThat(rules(audit.audit(host().file(UNIT, GOOD).file(UNIT + ".d/10.conf", "[Service]", "MemoryMax=1G"))))
                .isEmpty();
    }

    @Test
    void findsASecondExecStart() throws Exception {
        var host = host().file(UNIT, GOOD).file(UNIT + ".d/10.conf", "[Service]", "ExecStart=/usr/bin/other");
        var finding = only(audit.audit(host), "systemd-exec-start-twice");
        assertThat(mended(host, finding)).containsExactly("[Service]", "ExecStart=", "ExecStart=/usr/bin/other");
        assertThat(finding.fix().check())
                .containsExactly("systemd-analyze", "verify", "/etc/systemd/system/shop-api.service");
        host.file(UNIT + ".d/10.conf", "[Service]", "ExecStart=", "ExecStart=/usr/bin/other");
        assertThat(rules(audit.audit(host))).isEmpty();
    }

    @Test
    void findsLimitsThatLimitNothing() {
        var host = host().memory(8L << 30).file(UNIT, GOOD);
        assertThat(rules(audit.audit(host.file(UNIT + ".d/x.conf", "[Service]", "MemoryMax=8G"))))
                .containsExactly("systemd-memory-above-host");
        assertThat(rules(audit.audit(host.file(UNIT + ".d/x.conf", "[Service]", "MemoryMax=400M"))))
                .containsExactly("systemd-high-above-max");
        assertThat(rules(audit.audit(host.file(UNIT + ".d/x.conf", "[Service]", "MemoryMax=50%"))))
                .isEmpty();
    }

    @Test
    void leavesAMaskedUnitAlone() {
        var host = host().told("systemd.units", "")
                .file("/lib/systemd/system/shop-api.service", "[Service]", "ExecStart=/usr/bin/shop")
                .file(ETC + "multi-user.target.wants/shop-api.service", "[Service]");
        assertThat(rules(audit.audit(host))).contains("systemd-no-memory-limit");
        assertThat(rules(audit.audit(host.other(UNIT)))).isEmpty();
    }

    @Test
    void saysThatAUnitIsMissing() {
        assertThat(rules(audit.audit(host()))).containsExactly("systemd-unit-missing");
    }

    @Test
    void saysWhatIsBroken() {
        for (String line : List.of("MemoryMax=lots", "RestartSec=soon", "nonsense")) {
            var host = host().file(UNIT, GOOD).file(UNIT + ".d/x.conf", "[Service]", line);
            assertThat(rules(audit.audit(host))).as(line).contains("systemd-unreadable");
        }
        assertThat(rules(audit.audit(host().file(UNIT, "MemoryMax=1G")))).contains("systemd-unreadable");
    }

    /** The files of a unit in the order in which systemd complains about them. */
    @Test
    void putsDropInsInSystemdsOrder() throws Exception {
        Programs.need("/usr/bin/systemd-analyze");
        String wrong = "[Unit]\nWrong=1\n[Service]\nExecStart=/bin/true\n";
        var host = new FakeGrounds();
        for (String file : List.of(
                ETC + "foo-bar@.service",
                "/usr/lib/systemd/system/foo-bar@.service.d/20.conf",
                "/usr/lib/systemd/system/foo-bar@.service.d/05.conf",
                ETC + "foo-bar@.service.d/20.conf",
                ETC + "foo-bar@x.service.d/40.conf",
                ETC + "foo-.service.d/20.conf",
                ETC + "foo-.service.d/10.conf",
                ETC + "foo-.service.d/no.txt",
                ETC + "service.d/30.conf",
                ETC + "service.d/05.conf",
                "/run/systemd/system/foo-.service.d/25.conf")) {
            host.file(file, wrong);
            Path path = Path.of(temp + file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, wrong);
        }
        String path = String.join(":", Unit.PATHS.stream().map(p -> temp + p).toList());
        Path instance = temp.resolve("etc/systemd/system/foo-bar@x.service");
        var ran = Programs.run(
                "/usr/bin/env", "SYSTEMD_UNIT_PATH=" + path, "/usr/bin/systemd-analyze", "verify", instance.toString());
        var theirs = ran.output()
                .lines()
                .filter(l -> l.contains(":2: Unknown key"))
                .map(l -> l.substring(0, l.indexOf(":2: ")).replace(temp.toString(), ""))
                .distinct()
                .toList();
        var unit = Objects.requireNonNull(Unit.read(new Notes(host, Rules.UNREADABLE), "foo-bar@x.service"));
        var ours = new ArrayList<>(List.of(unit.file));
        ours.addAll(unit.dropIns);
        assertThat(ours).isEqualTo(theirs).hasSizeGreaterThan(5);
    }

    /** What we say is ignored or refused, systemd says too. */
    @Test
    void agreesWithSystemdAnalyze() throws Exception {
        Programs.need("/usr/bin/systemd-analyze");
        Path unit = temp.resolve("shop-api.service");
        Files.writeString(
                unit,
                "[Unit]\nMemoryMax=1G\n[Service]\nStartLimitIntervalSec=0\nExecStart=/bin/true\nExecStart=/bin/false\n");
        var ran = Programs.run("/usr/bin/systemd-analyze", "verify", unit.toString());
        assertThat(ran.output())
                .contains(":2: Unknown key")
                .contains(":4: Unknown key")
                .contains("more than one ExecStart=");
        var verdict = audit.audit(host().file(UNIT, Files.readAllLines(unit).toArray(String[]::new)));
        assertThat(rules(verdict))
                .contains("systemd-exec-start-twice")
                .filteredOn(r -> r.equals("systemd-ignored-key"))
                .hasSize(2);
    }
}
