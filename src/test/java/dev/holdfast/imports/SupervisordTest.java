package dev.holdfast.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.RestartSpec;
import dev.holdfast.imports.Imported.Beside;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SupervisordTest {
    private static final String ALL = """
            [unix_http_server]
            file = /run/s.sock          ; a comment
            [inet_http_server]
            port=127.0.0.1:9001
            password=hidden-one
            [supervisord]
            user=www
            environment=COMMON="c",SHARED='of all'
            [group:app]
            programs=web,worker
            [program:web]
            command=/usr/bin/web "a b" --here=%(here)s --as=%(program_name)s/%(group_name)s 100%%
            process_name=%(program_name)s_%(process_num)02d
            numprocs=3
            directory=/srv/web
            user=web
            umask=027
            priority=5
            autorestart=unexpected
            exitcodes=0,3
            startsecs=10
            startretries=4
            stopsignal=QUIT
            stopwaitsecs=45
            stopasgroup=true
            killasgroup=true
            stdout_logfile=/var/log/web.log
            stdout_logfile_maxbytes=10MB
            stdout_logfile_backups=7
            redirect_stderr=true
            environment=A="x,y",
              TOKEN="%(ENV_SECRET)s",PCT="5%%"
            [program:worker]
            command=bash -c 'exec worker "$1"'
            autostart=false
            autorestart=true
            [fcgi-program:cgi]
            command=php-cgi
            socket=unix:///run/cgi.sock
            [eventlistener:memmon]
            command=memmon -a 200MB
            events=TICK_60
            """;

    private static ProcessSpec process(Imported imported, String name) {
        return imported.process(name);
    }

    private static Imported read(String text) {
        return Imported.of(Kind.SUPERVISORD, text, Beside.NOTHING, Kind.Choices.NONE, Map.of("SECRET", "s", "N", "2"));
    }

    @Test
    void aProgramIsAProcess() {
        ProcessSpec web = process(read(ALL), "web");
        assertThat(web.launch().command().argv())
                .containsExactly("/usr/bin/web", "a b", "--here=/srv/app", "--as=web/app", "100%");
        assertThat(web.replicas()).isEqualTo(3);
        assertThat(web.launch().workingDir()).isEqualTo("/srv/web");
        assertThat(web.launch().user()).isEqualTo("web");
        assertThat(web.launch().umask()).isEqualTo(0027);
        assertThat(web.restart().policy()).isEqualTo(RestartSpec.Policy.ON_FAILURE);
        assertThat(web.plannedExitCodes()).containsExactly(3);
        assertThat(web.restart().limit()).isEqualTo(4);
        assertThat(web.restart().resetAfter()).hasSeconds(10);
        assertThat(web.stop().signal().written()).isEqualTo("QUIT");
        assertThat(web.stop().timeout()).hasSeconds(45);
        assertThat(web.log().path()).isEqualTo("/var/log/web.log");
        assertThat(web.log().rotation().maxBackups()).isEqualTo(7);
        assertThat(web.launch().environment())
                .containsOnly(
                        Map.entry("COMMON", "c"),
                        Map.entry("SHARED", "of all"),
                        Map.entry("A", "x,y"),
                        Map.entry("TOKEN", "s"),
                        Map.entry("PCT", "5%"));
    }

    @Test
    void othersHaveWhatTheDaemonGaveThemAndBeginAfterThoseOfLowerPriority() {
        ProcessSpec worker = process(read(ALL), "worker");
        assertThat(worker.launch().command().argv()).containsExactly("bash", "-c", "exec worker \"$1\"");
        assertThat(worker.launch().user()).isEqualTo("www");
        assertThat(worker.manual()).isTrue();
        assertThat(worker.restart().policy()).isEqualTo(RestartSpec.Policy.ALWAYS);
        assertThat(worker.dependsOn()).containsOnlyKeys("web");
    }

    @Test
    void whatNeedsSupervisordItselfIsTold() {
        Imported all = read(ALL);
        assertThat(process(all, "cgi").enabled()).isFalse();
        assertThat(all.sheet().left()).isEqualTo(2);
        assertThat(all.comments())
                .contains("# source:40: [eventlistener:memmon] not carried over")
                .contains("memory_watch restarts")
                .contains("source:3: [inet_http_server] port=127.0.0.1:9001, password: not carried over")
                .contains("source: what seem to be secrets stand in this file as they did there: TOKEN")
                .doesNotContain("hidden-one");
    }

    @Test
    void aRestartLimitIsReachedByAProgramThatFailsAtOnce() {
        ProcessSpec web = process(read("[program:web]\ncommand=x\nstartretries=4\n"), "web");
        // Delays of 1, 2, 4 and 8 s, a tenth more each.
        assertThat(web.restart().window()).isBetween(Duration.ofMillis(16_500), Duration.ofSeconds(30));
    }

    @Test
    void processesThatDifferByTheirNumberAreProcessesOfTheirOwn() {
        Imported two = read("""
                [program:w]
                command=w --port=80%(process_num)02d
                process_name=w%(process_num)d
                numprocs=2
                numprocs_start=5
                stdout_logfile=/var/log/w.log
                """);
        assertThat(two.config().processes()).containsOnlyKeys("w5", "w6");
        assertThat(process(two, "w6").launch().command().argv()).containsExactly("w", "--port=8006");
        assertThat(process(two, "w5").log().path()).isEqualTo("/var/log/w.log");
        assertThat(process(two, "w6").log().path()).isNull();
    }

    @Test
    void aNumberFromTheEnvironmentStaysThere() {
        Imported counted = read("[program:w]\ncommand=w\nnumprocs=%(ENV_N)s\n");
        assertThat(process(counted, "w").replicas()).isEqualTo(2);
        assertThat(counted.comments()).contains("${N} has to be set");
    }

    @Test
    void includedFilesAreReadAndNamed() {
        var files = Map.of(
                "/srv/app/conf.d/a.conf", "[program:a]\ncommand=%(here)s/a\nmade_up=1\n",
                "/srv/app/conf.d/b.conf", "[program:b]\ncommand=b\n");
        Imported all = Imported.of(
                Kind.SUPERVISORD,
                "[supervisord]\n[include]\nfiles = conf.d/*.conf other/*.ini\n",
                new Beside(files),
                Kind.Choices.NONE,
                Map.of());
        assertThat(process(all, "a").launch().command().argv()).containsExactly("/srv/app/conf.d/a");
        assertThat(all.config().processes()).containsOnlyKeys("a", "b");
        assertThat(all.comments())
                .contains("# /srv/app/conf.d/a.conf:3: made_up: 1: not carried over")
                .contains("# source:3: include other/*.ini: no file fits it");
    }

    @Test
    void indentedKeysAreKeysAndFurtherIndentedLinesGoOn() {
        Imported one = read("[program:a]\n  command=a\n    b\n  user=u\n");
        assertThat(process(one, "a").launch().command().argv()).containsExactly("a", "b");
        assertThat(process(one, "a").launch().user()).isEqualTo("u");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[program:a]\\nnonsense | source:2:1: ",
                "key=1 | source:1:1: ",
                "[program:a]\\nuser=x | source:1:1: [program:a] has no command",
                "[program:a]\\ncommand=a 'b | source:2:1: command: a quote is not closed",
                "[program:a]\\ncommand=a\\nnumprocs=many | source:3:1: ",
                "[program:a]\\ncommand=a\\nautorestart=perhaps | source:3:1: ",
                "[program:a]\\ncommand=a\\nenvironment=A | source:3:1: environment",
            })
    void whatSupervisordWouldRefuseIsOneErrorWithItsPlace(String text, String message) {
        assertThatThrownBy(() ->
                        Kind.SUPERVISORD.read("source", text.replace("\\n", "\n"), Beside.NOTHING, Kind.Choices.NONE))
                .hasMessageStartingWith(message.strip());
    }

    @Test
    void processesThatDifferButAreNotCountedAreNotEnabled() {
        Imported all = read("[program:w]\ncommand=w %(process_num)0d\nnumprocs=%(ENV_N)s\n");
        assertThat(process(all, "w").enabled()).isFalse();
        assertThat(all.sheet().left()).isEqualTo(1);
    }

    @Test
    void itsOwnVariablesAreKnownToTheOtherKeys() {
        Imported all = read("[program:w]\nenvironment=PORT=\"80\",UP=\"%(ENV_SECRET)s!\"\ncommand=w %(ENV_PORT)s\n");
        assertThat(process(all, "w").launch().command().argv()).containsExactly("w", "80");
        assertThat(process(all, "w").launch().environment()).containsEntry("UP", "s!");
    }

    @Test
    void filesThatCannotBeFoundOutAreMissing() {
        Imported all = read("[program:w]\ncommand=w\n[include]\nfiles=%(ENV_D)s/*.conf\n");
        assertThat(all.sheet().left()).isEqualTo(1);
        assertThat(all.comments()).contains("# source:4: include %(ENV_D)s/*.conf: not read");
    }
}
