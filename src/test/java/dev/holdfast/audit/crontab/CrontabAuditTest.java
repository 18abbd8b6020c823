package dev.holdfast.audit.crontab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.AuditorContract;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Site;
import java.util.List;
import org.junit.jupiter.api.Test;

class CrontabAuditTest extends AuditorContract {
    private static final String FILE = "/etc/cron.d/shop";

    private final CrontabAudit audit = new CrontabAudit();

    @Override
    protected Auditor auditor() {
        return audit;
    }

    @Override
    protected String file() {
        return FILE;
    }

    @Override
    protected List<String> beginnings() {
        return List.of("", "* * * * * root ", "@daily ", "*/");
    }

    private List<String> of(String... lines) {
        return rules(audit.audit(new FakeGrounds().file(FILE, lines)));
    }

    @Test
    void hasNothingAgainstBoundedEntries() {
        assertThat(of(
                        "# shop",
                        "SHELL=/bin/sh",
                        "*/5 * * * * root flock -n /run/lock/x timeout 4m /usr/bin/sync",
                        "17 3 * * * root timeout 1h /usr/bin/backup --name \\%F"))
                .isEmpty();
    }

    @Test
    void findsEntriesThatOvertakeThemselves() {
        var verdict = audit.audit(new FakeGrounds().file(FILE, "", "*/5 * * * * www-data /usr/bin/sync"));
        var finding = only(verdict, "crontab-overlap");
        assertThat(finding.sites()).containsExactly(new Site(FILE, 2));
        assertThat(finding.what()).contains("is due every 5 minutes");
        assertThat(finding.fix().what()).contains("timeout 4m");
        assertThat(of("@hourly root x")).contains("crontab-overlap");
        for (String option : java.util.List.of(
                "php artisan queue:work --timeout=0",
                "php artisan queue:work --timeout 0",
                "curl --connect-timeout 5 http://localhost/",
                "/srv/flock/count")) {
            assertThat(of("* * * * * root " + option)).as(option).contains("crontab-overlap");
        }
        for (String bounded : java.util.List.of(
                "cd /srv && /usr/bin/timeout 50s php artisan queue:work",
                "sh -c 'timeout 50s x'",
                "bash -c \"flock -n /run/x x\"",
                "~/bin/flock -n /run/x x",
                "$HOME/bin/timeout 50s x")) {
            assertThat(of("* * * * * root " + bounded)).as(bounded).doesNotContain("crontab-overlap");
        }
        assertThat(of("0 */2 * * * root x")).containsExactly("crontab-no-timeout");
        assertThat(of("* * * * * root php artisan schedule:run")).containsExactly("crontab-no-timeout");
    }

    @Test
    void notesEntriesWithoutATimeoutOnceAFile() {
        var verdict = audit.audit(
                new FakeGrounds().file(FILE, "1 1 * * * root a", "@reboot root b", "2 2 * * * root timeout 1h c"));
        assertThat(only(verdict, "crontab-no-timeout").what()).startsWith("2 of 3 entries");
    }

    @Test
    void findsOutputThatIsThrownAway() {
        for (String end : List.of(">/dev/null 2>&1", "> /dev/null 2>&1", "&>/dev/null", "2>/dev/null")) {
            assertThat(of("1 1 * * * root timeout 9 x " + end)).as(end).containsExactly("crontab-discarded");
        }
        assertThat(of("1 1 * * * root timeout 9 x >/dev/null", "1 1 * * * root timeout 9 x >>/var/log/x 2>&1"))
                .isEmpty();
    }

    @Test
    void findsAPercentThatCuts() {
        var verdict = audit.audit(new FakeGrounds().file(FILE, "1 1 * * * root timeout 9 dump > /b/$(date +%F).sql"));
        assertThat(only(verdict, "crontab-percent").evidence()).contains("runs: timeout 9 dump > /b/$(date +");
    }

    @Test
    void findsACrowd() {
        var host = new FakeGrounds()
                .file(FILE, "0 0 * * * root timeout 1 a", "@daily root timeout 1 b", "0 0 * * 0 root timeout 1 c");
        host.file("/var/spool/cron/crontabs/app", "0 */6 * * * timeout 1 d");
        assertThat(rules(audit.audit(host))).isEmpty();
        host.file("/etc/crontab", "0 * * * * root timeout 1 e");
        var finding = only(audit.audit(host), "crontab-same-minute");
        assertThat(finding.what()).isEqualTo("5 entries begin in the same minute, Sunday 00:00");
        assertThat(finding.sites()).hasSize(5);
    }

    @Test
    void findsAFileThatCronLeavesOut() {
        assertThat(rules(audit.audit(new FakeGrounds()
                        .file("/etc/cron.d/shop.cron", "* * * * * root x")
                        .file("/etc/cron.d/.placeholder", ""))))
                .containsExactly("crontab-ignored-file");
    }

    @Test
    void saysWhatIsNoEntry() {
        for (String line :
                List.of("* * * *", "61 * * * * root x", "* * * * * root", "@often root x", "0 0 31 2 * root x")) {
            assertThat(of(line)).as(line).containsExactly("crontab-unreadable");
        }
    }

    @Test
    void hasNothingAgainstWhatDebianBrings() {
        String[] php = {"09,39 * * * * root /usr/lib/php/sessionclean"};
        var host = new FakeGrounds()
                .file(
                        "/etc/crontab",
                        "17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly",
                        "25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }")
                .file("/etc/cron.d/php", php)
                .file("/var/lib/dpkg/status", "Conffiles:", " /etc/cron.d/php 5d41402abc4b2a76b9719d911017c592");
        assertThat(rules(audit.audit(host))).containsExactly("crontab-overlap", "crontab-no-timeout");
        host.file("/var/lib/dpkg/status", "Conffiles:", " /etc/cron.d/php 4c94289aedd95880fcf1ce8fb78b7677");
        assertThat(audit.audit(host).findings()).isEmpty();
    }

    @Test
    void letsATestOfTheCommandBeSilent() {
        assertThat(of("5 3 * * * root command -v debian-sa1 > /dev/null 2>&1 && timeout 5m debian-sa1 1 1"))
                .isEmpty();
        assertThat(of("5 3 * * * root test -x /usr/bin/a 2>/dev/null && timeout 5m a"))
                .isEmpty();
        assertThat(of("5 3 * * * root test -x /usr/bin/a && timeout 5m a > /dev/null 2>&1"))
                .containsExactly("crontab-discarded");
    }
}
