package dev.holdfast.audit.laravel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.AuditorContract;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Site;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaravelAuditTest extends AuditorContract {
    private static final String CONFIG = "/var/www/app/config/queue.php";
    private static final String WORKER = "/etc/supervisor/conf.d/worker.conf";
    private static final String BOUNDS = " --memory=256 --max-time=3600";

    private final LaravelAudit audit = new LaravelAudit();

    @Override
    protected Auditor auditor() {
        return audit;
    }

    @Override
    protected String file() {
        return CONFIG;
    }

    @Override
    protected FakeGrounds host() {
        return worker("php /var/www/app/artisan queue:work --timeout=80" + BOUNDS);
    }

    @Override
    protected List<String> beginnings() {
        return List.of("", "'redis' => [\n'retry_after' => ", "'default' => env('");
    }

    private static FakeGrounds worker(String command) {
        return new FakeGrounds().file(WORKER, "[program:worker]", "command=" + command, "directory=/var/www/app");
    }

    private static FakeGrounds configured(String command, String... env) {
        return worker(command)
                .file(
                        CONFIG,
                        "<?php",
                        "return [",
                        "    'default' => env('QUEUE_CONNECTION', 'database'),",
                        "    'connections' => [",
                        "        'database' => [",
                        "            'retry_after' => 300,",
                        "        ],",
                        "        'redis' => [",
                        "            'retry_after' => (int) env('REDIS_QUEUE_RETRY_AFTER', 90),",
                        "        ],",
                        "    ],",
                        "];")
                .file("/var/www/app/.env", env);
    }

    @Test
    void hasNothingAgainstABoundedWorker() {
        var verdict = audit.audit(configured("php artisan queue:work redis --timeout=60" + BOUNDS));
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.looked()).containsExactly(WORKER, CONFIG, "/var/www/app/.env");
    }

    @Test
    void findsJobsThatRunTwice() throws Exception {
        var host = configured("php artisan queue:work redis --timeout=90" + BOUNDS);
        var finding = only(audit.audit(host), "laravel-timeout");
        assertThat(finding.grade()).isEqualTo(Grade.CRITICAL);
        assertThat(finding.sites()).containsExactly(new Site(WORKER, 2), new Site(CONFIG, 9));
        assertThat(finding.evidence())
                .containsExactly("--timeout 90", "retry_after 90 in " + CONFIG + ":9, env REDIS_QUEUE_RETRY_AFTER");
        assertThat(mended(host, finding)).contains("command=php artisan queue:work redis --timeout=80" + BOUNDS);
    }

    @Test
    void takesTheConnectionThatIsMeant() {
        String command = "php /var/www/app/artisan queue:work --timeout=120" + BOUNDS;
        assertThat(rules(audit.audit(configured(command)))).isEmpty();
        assertThat(rules(audit.audit(configured(command, "QUEUE_CONNECTION=redis"))))
                .containsExactly("laravel-timeout");
        assertThat(rules(audit.audit(configured(command, "QUEUE_CONNECTION=redis", "REDIS_QUEUE_RETRY_AFTER=\"600\""))))
                .isEmpty();
        assertThat(rules(audit.audit(worker(command)))).containsExactly("laravel-timeout");
    }

    @Test
    void findsAWorkerWithoutATimeout() throws Exception {
        var host = worker("php artisan queue:work --timeout=0" + BOUNDS);
        assertThat(mended(host, only(audit.audit(host), "laravel-timeout-zero")))
                .anyMatch(l -> l.contains("--timeout=60 "));
    }

    @Test
    void notesAWorkerWithoutBounds() {
        assertThat(rules(audit.audit(worker("php artisan queue:work"))))
                .containsExactly("laravel-no-memory", "laravel-no-max-time");
        assertThat(rules(audit.audit(worker("php artisan queue:work --memory 64 --once"))))
                .isEmpty();
    }

    @Test
    void findsWorkersWhereverTheyAre() {
        var host = new FakeGrounds()
                .file(
                        "/etc/systemd/system/q.service",
                        "[Service]",
                        "ExecStart=/usr/bin/php artisan \\",
                        "  queue:work x")
                .file(
                        "/etc/systemd/system/w.service",
                        "[Service]",
                        "ExecStart=php artisan queue:work \\",
                        " --timeout=95")
                .file(
                        "/etc/cron.d/q",
                        "* * * * * www cd /var/www/app && php artisan queue:work --timeout 100 --once --memory=1",
                        "# queue:work")
                .file("/opt/shop/compose.yaml", "command: [\"php\", \"artisan\", \"queue:work\", \"--timeout=600\"]");
        assertThat(audit.audit(host).findings())
                .filteredOn(f -> f.rule().equals("laravel-timeout"))
                .extracting(f -> f.sites().getFirst())
                .containsExactly(
                        new Site("/etc/systemd/system/w.service", 2),
                        new Site("/etc/cron.d/q", 1),
                        new Site("/opt/shop/compose.yaml", 1));
    }

    @Test
    void saysWhatIsBroken() {
        assertThat(rules(audit.audit(worker("php artisan queue:work --timeout=soon" + BOUNDS))))
                .containsExactly("laravel-unreadable");
        var host = worker("php artisan queue:work" + BOUNDS).file(CONFIG, "'redis' => [", "'retry_after' => $x * 3,");
        assertThat(rules(audit.audit(host))).containsExactly("laravel-unreadable");
    }
}
