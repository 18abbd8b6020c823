package dev.holdfast.audit.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.AuditorContract;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Site;
import java.util.List;
import org.junit.jupiter.api.Test;

class SupervisorAuditTest extends AuditorContract {
    private static final String MAIN = "/etc/supervisor/supervisord.conf";
    private static final String WORKER = "/etc/supervisor/conf.d/worker.conf";

    private final SupervisorAudit audit = new SupervisorAudit();

    @Override
    protected Auditor auditor() {
        return audit;
    }

    @Override
    protected String file() {
        return MAIN;
    }

    @Override
    protected List<String> beginnings() {
        return List.of("", "[program:a]\ncommand=", "[include]\nfiles=", "[program:a]\ncommand=x\nnumprocs=");
    }

    private static FakeGrounds programs(String... lines) {
        return new FakeGrounds()
                .file(
                        MAIN,
                        "[supervisord]",
                        "logfile=/var/log/x ; where",
                        "[include]",
                        "files = conf.d/*.conf",
                        "  extra/*.ini")
                .file(WORKER, lines);
    }

    private List<String> of(String... lines) {
        return rules(audit.audit(programs(lines)));
    }

    @Test
    void hasNothingAgainstALimitedProgram() {
        assertThat(of(
                        "[program:worker]",
                        "command=/usr/bin/systemd-run --scope -p MemoryMax=1G php artisan queue:work --timeout=60 --max-time=3600",
                        "process_name=%(program_name)s_%(process_num)02d",
                        "numprocs=4",
                        "autorestart=true",
                        "stopwaitsecs=70",
                        "stopasgroup=true"))
                .isEmpty();
    }

    @Test
    void findsShellsThatAreStoppedAlone() throws Exception {
        var host = programs("[program:w]", "command=sh -c 'ulimit -v 1; exec x'");
        var finding = only(audit.audit(host), "supervisor-no-group-stop");
        assertThat(finding.grade()).isEqualTo(Grade.WARNING);
        assertThat(mended(host, finding).subList(0, 3))
                .containsExactly("[program:w]", "stopasgroup=true", "killasgroup=true");
        assertThat(only(audit.audit(programs("[program:w]", "command=prlimit x")), "supervisor-no-group-stop")
                        .grade())
                .isEqualTo(Grade.NOTE);
        assertThat(of("[program:w]", "command=prlimit x", "killasgroup=true")).isEmpty();
    }

    @Test
    void findsProgramsThatAreNotStartedAgain() throws Exception {
        var host = programs("[program:w]", "command=prlimit x", "killasgroup=true", "autorestart=false");
        assertThat(mended(host, only(audit.audit(host), "supervisor-no-autorestart")))
                .contains("autorestart=true");
    }

    @Test
    void findsWorkersThatEndAndStayAway() {
        String[] worker = {
            "[program:w]", "killasgroup=true", "command=prlimit php artisan queue:work", "   --max-jobs=10"
        };
        assertThat(of(worker)).containsExactly("supervisor-clean-exit");
        worker[1] = "killasgroup=true\nautorestart=true";
        assertThat(of(worker)).isEmpty();
        worker[1] = "killasgroup=true\nexitcodes=2";
        assertThat(of(worker)).isEmpty();
    }

    @Test
    void claimsWithoutBound() {
        var verdict = audit.audit(programs("[program:w]", "command=/usr/bin/x -y", "numprocs=1", "killasgroup=true")
                .running(9, "x", 5000, "/usr/bin/x", "-y"));
        assertThat(only(verdict, "supervisor-no-memory-limit").sites()).containsExactly(new Site(WORKER, 2));
        assertThat(verdict.claims()).singleElement().satisfies(c -> {
            assertThat(c.who()).isEqualTo("supervisor program w");
            assertThat(c.worst()).isEqualTo(Long.MAX_VALUE);
            assertThat(c.measured()).isEqualTo(5000);
        });
    }

    @Test
    void comparesStopwaitsecsWithTheTimeout() throws Exception {
        var host = programs("[program:w]", "command=prlimit a --timeout=120", "killasgroup=true", "stopwaitsecs=60");
        var finding = only(audit.audit(host), "supervisor-stopwait");
        assertThat(finding.sites()).containsExactly(new Site(WORKER, 4));
        assertThat(mended(host, finding)).contains("stopwaitsecs=130");
        assertThat(of("[program:w]", "command=prlimit a --timeout=5", "killasgroup=true"))
                .isEmpty();
    }

    @Test
    void findsNamesThatCollide() {
        assertThat(of("[program:w]", "command=prlimit a", "killasgroup=true", "numprocs=2"))
                .containsExactly("supervisor-process-name");
    }

    @Test
    void findsAProgramInTwoPlaces() {
        var host = programs("[program:w]", "command=prlimit a", "killasgroup=true")
                .file("/etc/supervisor/extra/w.ini", "[program:w]", "command=prlimit b");
        assertThat(only(audit.audit(host), "supervisor-duplicate").sites())
                .containsExactly(new Site(WORKER, 1), new Site("/etc/supervisor/extra/w.ini", 1));
    }

    @Test
    void saysWhatIsBroken() {
        for (String line : List.of("nonsense", "numprocs=many", "stopwaitsecs=-1")) {
            assertThat(of("[program:w]", "command=prlimit a", "killasgroup=true", line))
                    .as(line)
                    .contains("supervisor-unreadable");
        }
        assertThat(of("[program:w]")).containsExactly("supervisor-unreadable");
        assertThat(of("key=1")).containsExactly("supervisor-unreadable");
    }

    @Test
    void addsNothingToWhatIsSetAlready() {
        for (String set : List.of("killasgroup=false", "stopasgroup=false")) {
            var finding =
                    only(audit.audit(programs("[program:a]", "command=/usr/bin/a", set)), "supervisor-no-group-stop");
            assertThat(finding.fix().edits()).as(set).isEmpty();
        }
    }

    @Test
    void readsSwitchesAndCommentsAsSupervisord() {
        assertThat(of("[program:a]", "command=/usr/bin/a", "autorestart=No", "numprocs=1 # one"))
                .contains("supervisor-no-autorestart")
                .doesNotContain("supervisor-unreadable");
        assertThat(of("[program:a]", "command=/usr/bin/a", "autorestart=false", "startsecs=0\t; once"))
                .doesNotContain("supervisor-no-autorestart");
    }
}
