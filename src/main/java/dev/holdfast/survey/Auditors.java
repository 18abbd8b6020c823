package dev.holdfast.survey;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.compose.ComposeAudit;
import dev.holdfast.audit.crontab.CrontabAudit;
import dev.holdfast.audit.kernel.KernelAudit;
import dev.holdfast.audit.laravel.LaravelAudit;
import dev.holdfast.audit.mariadb.MariadbAudit;
import dev.holdfast.audit.nginx.NginxAudit;
import dev.holdfast.audit.redis.RedisAudit;
import dev.holdfast.audit.supervisor.SupervisorAudit;
import dev.holdfast.audit.systemd.SystemdAudit;
import java.util.List;

/** All programs that can be audited, but PHP-FPM and Holdfast, which need to know more than the host. */
final class Auditors {
    private Auditors() {}

    static List<Auditor> all() {
        return List.of(
                new MariadbAudit(),
                new NginxAudit(),
                new RedisAudit(),
                new SystemdAudit(),
                new SupervisorAudit(),
                new ComposeAudit(),
                new CrontabAudit(),
                new LaravelAudit(),
                new KernelAudit());
    }
}
