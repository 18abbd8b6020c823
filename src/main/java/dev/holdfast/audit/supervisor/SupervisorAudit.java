package dev.holdfast.audit.supervisor;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.Claim;
import dev.holdfast.audit.Fix;
import dev.holdfast.audit.Grade;
import dev.holdfast.audit.Grounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.Verdict;
import dev.holdfast.audit.note.Notes;
import dev.holdfast.audit.note.Rule;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** supervisord. */
public final class SupervisorAudit implements Auditor {
    static final Rule UNREADABLE =
            new Rule("supervisor-unreadable", Grade.WARNING, "a file that is broken or cannot be read");
    static final Rule GROUP = new Rule(
            "supervisor-no-group-stop",
            Grade.WARNING,
            "a program by a shell without stopasgroup or killasgroup; others: a note");
    static final Rule RESTART =
            new Rule("supervisor-no-autorestart", Grade.WARNING, "autorestart=false, but of tasks with startsecs=0");
    static final Rule CLEAN = new Rule(
            "supervisor-clean-exit",
            Grade.WARNING,
            "a worker that ends by itself with 0 (--max-time, --max-jobs, --stop-when-empty), and autorestart=unexpected");
    static final Rule MEMORY =
            new Rule("supervisor-no-memory-limit", Grade.NOTE, "a program that nothing limits: supervisord cannot");
    static final Rule WAIT = new Rule(
            "supervisor-stopwait", Grade.WARNING, "stopwaitsecs below the --timeout of the command: jobs are cut");
    static final Rule NAME = new Rule(
            "supervisor-process-name", Grade.CRITICAL, "numprocs above 1 and a process_name without %(process_num)s");
    static final Rule TWICE = new Rule("supervisor-duplicate", Grade.WARNING, "one program in several places");

    private static final List<String> STANDARD = List.of("/etc/supervisor/supervisord.conf", "/etc/supervisord.conf");
    private static final String OPTIONS = "from supervisor.options import ServerOptions; ServerOptions().realize()";
    private static final Pattern TIMEOUT = Pattern.compile("--timeout[= ](\\d{1,7})");
    private static final Pattern SHELL = Pattern.compile("^(\\S*/)?(ba|da)?sh\\s.*");
    private static final Pattern LIMITED =
            Pattern.compile("\\b(systemd-run|holdfast run|prlimit|ulimit|memory_limit=[^-])");

    public static List<Rule> rules() {
        return List.of(UNREADABLE, GROUP, RESTART, CLEAN, MEMORY, WAIT, NAME, TWICE);
    }

    @Override
    public String program() {
        return "supervisor";
    }

    @Override
    public Verdict audit(Grounds host) {
        String told = host.told().getOrDefault("supervisor.config", "");
        String file = !told.isEmpty()
                ? told
                : STANDARD.stream().filter(host::isFile).findFirst().orElse("");
        if (file.isEmpty()) {
            return Verdict.NOTHING;
        }
        var notes = new Notes(host, UNREADABLE);
        List<String> check = check(host, file);
        Program.read(notes, file).forEach(p -> judge(host, notes, p, check));
        return notes.verdict();
    }

    /**
     * supervisord has no checker: its own options are read as it reads them, by the Python that it runs with, and nothing is
     * started. Empty: it is not here.
     */
    static List<String> check(Grounds host, String file) {
        for (String program : List.of("/usr/bin/supervisord", "/usr/local/bin/supervisord")) {
            try {
                List<String> lines = host.isFile(program) ? host.lines(program) : List.of();
                String first = lines.isEmpty() ? "" : lines.getFirst();
                String python = first.startsWith("#!/") ? first.substring(2).split("\\s+", 2)[0] : "";
                if (python.matches(".*/python[0-9.]*")) {
                    return List.of(python, "-I", "-c", OPTIONS, "-c", file);
                }
            } catch (IOException unreadable) {
                return List.of();
            }
        }
        return List.of();
    }

    private static void judge(Grounds host, Notes notes, Program p, List<String> check) {
        String command = p.value("command", "");
        if (command.isEmpty()) {
            notes.broken(p.sections.getLast(), "is a program without a command; supervisord does not start", p.name);
            return;
        }
        for (String key : List.of("numprocs", "stopwaitsecs", "startretries")) {
            if (!p.value(key, "0").matches("\\d{1,9}")) {
                notes.broken(p.near(key), "sets " + key + " to what is no number", p.value(key, ""));
            }
        }
        places(notes, p);
        stopping(notes, p, command, check);
        restarting(notes, p, command, check);
        memory(host, notes, p, command);
    }

    private static void places(Notes notes, Program p) {
        if (p.sections.size() > 1) {
            notes.add(TWICE.finding(
                    p.sections,
                    p.name,
                    "the program " + Notes.shown(p.name) + " stands in " + p.sections.size() + " places",
                    p.sections.stream().map(Site::toString).toList(),
                    "Keys of the last one win, others stay from the first: what runs is in no single file.",
                    Fix.byHand("keep one of them, or rename one")));
        }
        long number = p.number("numprocs", 1);
        String name = p.value("process_name", "%(program_name)s");
        if (number > 1 && !name.contains("%(process_num)")) {
            notes.add(NAME.finding(
                    List.of(p.near("process_name"), p.near("numprocs")),
                    p.name,
                    "the program " + Notes.shown(p.name) + " has " + number + " processes of one name, "
                            + Notes.shown(name),
                    List.of("numprocs=" + number, "process_name=" + Notes.shown(name)),
                    "supervisord refuses the whole configuration: after a restart nothing runs.",
                    Fix.byHand("set process_name=%(program_name)s_%(process_num)02d")));
        }
    }

    private static void stopping(Notes notes, Program p, String command, List<String> check) {
        boolean shell = SHELL.matcher(command).matches();
        if (!p.is("stopasgroup") && !p.is("killasgroup")) {
            notes.add(GROUP.finding(
                    shell ? Grade.WARNING : Grade.NOTE,
                    List.of(p.sections.getLast()),
                    p.name,
                    "the program " + Notes.shown(p.name) + " is stopped alone, without what it has started",
                    List.of("stopasgroup and killasgroup are not true", "command=" + Notes.shown(command)),
                    shell
                            ? "The signal ends the shell; the worker runs on, and the next start is one more."
                            : "What it has started runs on when it is killed.",
                    // A second line would lose, or make two that supervisord refuses.
                    p.at("stopasgroup") != null || p.at("killasgroup") != null
                            ? Fix.byHand("set stopasgroup=true and killasgroup=true where they are false")
                            : notes.insert(
                                    "set stopasgroup and killasgroup",
                                    p.sections.getLast(),
                                    check,
                                    "stopasgroup=true",
                                    "killasgroup=true")));
        }
        Matcher timeout = TIMEOUT.matcher(command);
        long waits = p.number("stopwaitsecs", 10);
        if (timeout.find() && Long.parseLong(timeout.group(1)) > waits) {
            String line = "stopwaitsecs=" + (Long.parseLong(timeout.group(1)) + 10);
            Site at = p.at("stopwaitsecs");
            notes.add(WAIT.finding(
                    List.of(p.near("stopwaitsecs")),
                    p.name,
                    "the program " + Notes.shown(p.name) + " is killed " + waits
                            + " s after it was asked to stop, and a job may take " + timeout.group(1) + " s",
                    List.of(
                            "stopwaitsecs " + waits + (at == null ? " by default" : " in " + at),
                            "command=" + Notes.shown(command)),
                    "Each deployment cuts jobs in the middle.",
                    at == null
                            ? notes.insert("set " + line, p.sections.getLast(), check, line)
                            : notes.replace("set " + line, at, check, line)));
        }
    }

    private static void restarting(Notes notes, Program p, String command, List<String> check) {
        String restart = p.value("autorestart", "unexpected").toLowerCase(Locale.ROOT);
        boolean once = p.value("startsecs", "1").equals("0"); // a task of its own start, not a service
        if (List.of("false", "no", "off", "0").contains(restart) && !once) {
            notes.add(RESTART.finding(
                    List.of(p.near("autorestart")),
                    p.name,
                    "the program " + Notes.shown(p.name) + " is not started again when it dies",
                    List.of("autorestart=" + restart),
                    "After a crash it is gone until somebody looks.",
                    notes.replace("set autorestart=true", p.near("autorestart"), check, "autorestart=true")));
        }
        boolean ends = command.contains("--max-time")
                || command.contains("--max-jobs")
                || command.contains("--stop-when-empty");
        boolean expected = List.of(p.value("exitcodes", "0").split("\\s*,\\s*")).contains("0");
        if (ends && restart.equals("unexpected") && expected) {
            notes.add(CLEAN.finding(
                    List.of(p.near("autorestart")),
                    p.name,
                    "the program " + Notes.shown(p.name) + " ends by itself with 0, and then is not started again",
                    List.of(
                            "autorestart=unexpected" + (p.at("autorestart") == null ? " by default" : ""),
                            "exitcodes " + Notes.shown(p.value("exitcodes", "0")),
                            "command=" + Notes.shown(command)),
                    "The workers are gone one by one, and the queue stands still.",
                    p.at("autorestart") == null
                            ? notes.insert("set autorestart=true", p.sections.getLast(), check, "autorestart=true")
                            : notes.replace("set autorestart=true", p.near("autorestart"), check, "autorestart=true")));
        }
    }

    private static void memory(Grounds host, Notes notes, Program p, String command) {
        if (LIMITED.matcher(command).find()) {
            return;
        }
        long number = p.number("numprocs", 1);
        Long measured = host.running().stream()
                .filter(r -> String.join(" ", r.command()).equals(command) && r.pss() != Grounds.UNKNOWN)
                .map(Grounds.Running::pss)
                .reduce(Long::sum)
                .orElse(null);
        List<Site> sites = List.of(p.near("command"));
        String arithmetic = number + (number == 1 ? " process" : " processes") + " without a limit";
        notes.claim(new Claim(
                "supervisor program " + Notes.shown(p.name),
                Long.MAX_VALUE,
                measured == null ? 0 : measured,
                measured,
                arithmetic,
                sites));
        notes.add(MEMORY.finding(
                sites,
                p.name,
                "the program " + Notes.shown(p.name) + ": " + arithmetic,
                List.of("command=" + Notes.shown(command)),
                "A leak in it takes the whole host.",
                Fix.byHand("run it by holdfast with limits, or put systemd-run --scope -p MemoryMax= before it")));
    }
}
