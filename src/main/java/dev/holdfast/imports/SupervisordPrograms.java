package dev.holdfast.imports;

import dev.holdfast.source.Broken;
import dev.holdfast.source.Origin;
import dev.holdfast.source.Sections.Section;
import dev.holdfast.unit.Signal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Programs of supervisord, one after the other. */
final class SupervisordPrograms {
    private static final int MOST_PROCESSES = 1_000;
    private static final String NUMBERED = "%(process_num)";

    private final Sheet sheet;
    private final Surroundings around;
    private final SupervisordCommon common;
    private final Supervisord.Groups groups;
    private final SupervisordOrder order;

    SupervisordPrograms(Sheet sheet, Surroundings around, SupervisordCommon common, Supervisord.Groups groups) {
        this.sheet = sheet;
        this.around = around;
        this.common = common;
        this.groups = groups;
        this.order = new SupervisordOrder(groups);
    }

    /** When all are added. */
    void order() {
        order.settle();
    }

    void add(Section s) throws Broken {
        String name = s.name().substring(s.name().indexOf(':') + 1).strip();
        String command = value(s, "command");
        if (command.isEmpty()) {
            throw new Broken(s.at(), 1, "[" + Shown.line(s.name()) + "] has no command");
        }
        String wanted = value(s, "numprocs");
        if (wanted.contains("%(")) {
            counted(s, name, command, wanted);
            return;
        }
        int number = count(s, "numprocs", 1);
        int first = count(s, "numprocs_start", 0);
        if (number <= 1 || !apart(s)) {
            Entry entry = turn(s, name, name, command, first, number, number);
            if (number != 1) {
                entry.put("replicas", number);
            }
            if (first != 0) {
                Origin at = Supervisord.fields(s, entry, "").at("numprocs_start");
                entry.remark(at, "numprocs_start=" + first + ": replicas are counted from 0 here");
            }
            return;
        }
        for (int i = first; i < first + number; i++) {
            String pattern = value(s, "process_name").isEmpty() ? "%(program_name)s" : value(s, "process_name");
            String own = text(s, name, i, number).filled(pattern);
            Entry entry = turn(s, name, own, command, i, number, 1);
            entry.remark(
                    s.at(),
                    "process " + (i - first + 1) + " of " + number
                            + ", which differ by %(process_num): each is a process of its own here");
        }
    }

    /** Whether its processes differ by their number. */
    private static boolean apart(Section s) {
        return Stream.of("command", "environment", "directory")
                .anyMatch(k -> value(s, k).contains(NUMBERED));
    }

    /** How many there are is told by a variable. */
    private void counted(Section s, String name, String command, String wanted) throws Broken {
        Entry entry = turn(s, name, name, command, 0, 1, 1);
        SupervisordText text = text(s, name, 0, 1);
        Object number = References.value(text.filled(wanted));
        entry.put("replicas", number);
        text.wanted.forEach(v ->
                entry.remark(s.at(), "numprocs=" + Shown.line(wanted) + ": ${" + v + "} has to be set", "replicas"));
        if (apart(s)) {
            entry.put("enabled", false);
            entry.left(
                    s.at(),
                    "numprocs=" + Shown.line(wanted)
                            + ": they differ by %(process_num), and how many there are is not known here: not"
                            + " enabled; write one process for each, or use HOLDFAST_REPLICA");
        }
        if (!text.unknown.isEmpty()) {
            throw new Broken(s.at(), 1, "numprocs=" + Shown.line(wanted) + ": is not known here");
        }
    }

    private static String value(Section s, String key) {
        var v = s.keys().get(key);
        return v == null ? "" : v.text();
    }

    private static int count(Section s, String key, int preset) throws Broken {
        var v = s.keys().get(key);
        if (v == null) {
            return preset;
        }
        if (!v.text().matches("\\d{1,6}") || Integer.parseInt(v.text()) > MOST_PROCESSES) {
            throw new Broken(
                    v.at(),
                    1,
                    key + "=" + Shown.line(v.text()) + ": a number up to " + MOST_PROCESSES + " is expected");
        }
        return Integer.parseInt(v.text());
    }

    private SupervisordText text(Section s, String program, int index, int number) throws Broken {
        var names = new LinkedHashMap<String, String>();
        names.put("program_name", program);
        names.put("group_name", groups.of(program));
        names.put("process_num", String.valueOf(index));
        names.put("numprocs", String.valueOf(number));
        if (!around.directory().isEmpty()) {
            names.put("here", around.directory());
        }
        var text = new SupervisordText(names);
        text.knows(common.environment);
        var own = s.keys().get("environment");
        if (own != null) {
            text.knows(SupervisordText.pairs(own.text(), own.at()));
        }
        return text;
    }

    /** @param replicas of this entry; number: of the program */
    private Entry turn(Section s, String program, String wanted, String command, int index, int number, int replicas)
            throws Broken {
        Entry entry = sheet.process(wanted, s.at());
        SupervisordText text = text(s, program, index, number);
        Fields f = Supervisord.fields(s, entry, "");
        f.take("command");
        f.take("numprocs");
        f.take("numprocs_start");
        List<String> words = Words.of(text.filled(command));
        if (words == null || words.isEmpty()) {
            throw new Broken(f.at("command"), 1, "command: a quote is not closed");
        }
        entry.put("command", References.values(words));
        directory(f, entry, text);
        String own = f.text("user");
        String user = own != null ? own : common.user;
        if (user != null) {
            entry.put("user", References.value(text.filled(user)));
        }
        umask(f, entry);
        f.take("environment");
        text.variables.forEach((k, v) -> entry.variable(k, References.value(v)));
        starts(f, entry);
        restarts(f, entry);
        stops(f, entry);
        logs(f, entry, text, replicas);
        named(f, number);
        order.place(f, entry, program);
        if (s.name().startsWith("fcgi-program:")) {
            f.none(
                    "not carried over: holdfast opens no sockets for programs",
                    "socket",
                    "socket_owner",
                    "socket_mode",
                    "socket_backlog");
            entry.put("enabled", false);
            entry.left(
                    s.at(),
                    "a FastCGI program expects its socket as standard input, which only supervisord gives it:"
                            + " not enabled; spawn-fcgi -n before its command would open it");
        }
        f.none(
                "not carried over: there is no event protocol",
                "stdout_capture_maxbytes",
                "stderr_capture_maxbytes",
                "stdout_events_enabled",
                "stderr_events_enabled",
                "serverurl");
        f.rest();
        text.wanted.forEach(v -> entry.remark(
                s.at(),
                "%(ENV_" + v + ")s is ${" + v
                        + "} here: one word, and without that variable the configuration is refused, as there"));
        text.unknown.forEach(v -> entry.left(s.at(), "%(" + v + ")s stands as it is: what it was is not known here"));
        return entry;
    }

    private void directory(Fields f, Entry entry, SupervisordText text) {
        String own = f.text("directory");
        String directory = own != null ? own : common.directory;
        if (directory == null) {
            return;
        }
        String filled = text.filled(directory);
        if (filled.startsWith("/") || References.value(filled) instanceof Expanded) {
            entry.put("working_dir", References.value(filled));
        } else {
            f.remark("directory", filled, "not carried over: it is relative to where supervisord was started");
        }
    }

    private void umask(Fields f, Entry entry) {
        String own = f.text("umask");
        String umask = own != null ? own : common.umask;
        if (umask != null && umask.matches("0{0,2}[0-7]{3}")) {
            entry.put("umask", umask.substring(umask.length() - 3));
        } else if (umask != null) {
            f.remark("umask", umask, "is no octal number; not carried over");
        }
    }

    private static void starts(Fields f, Entry entry) {
        if (!f.is("autostart", true)) {
            entry.put("manual", true);
        }
        Integer seconds = f.number("startsecs", 0, 999_999_999);
        Integer retries = f.number("startretries", 0, 999_999_999);
        if (retries != null) {
            Amounts.giveUpAfter(entry, Math.min(retries, 100_000), seconds == null ? 1 : seconds);
            entry.remark(
                    f.at("startretries"),
                    "startretries=" + retries
                            + ": nearly; restarts of any kind count, within the time that so many failures take",
                    "restart");
        }
        if (seconds != null && seconds > 0) {
            entry.put("restart.reset_after", Amounts.seconds(seconds));
            entry.remark(
                    f.at("startsecs"),
                    "startsecs=" + seconds + ": having run this long, failures count anew",
                    "restart");
        } else if (seconds != null) {
            entry.remark(f.at("startsecs"), "startsecs=" + seconds + ": a program counts as started at once here");
        }
    }

    private static void restarts(Fields f, Entry entry) throws Broken {
        String restart = f.text("autorestart");
        String mode = restart == null ? "unexpected" : restart.toLowerCase(Locale.ROOT);
        String policy = switch (mode) {
            case "true", "yes", "on", "1", "t", "y" -> "always";
            case "false", "no", "off", "0", "f", "n" -> "never";
            case "unexpected" -> "on-failure";
            default ->
                throw new Broken(
                        f.at("autorestart"),
                        1,
                        "autorestart=" + Shown.line(mode) + ": true, false or unexpected is expected");
        };
        entry.put("restart.policy", policy);
        Origin at = f.at("exitcodes");
        String exits = f.text("exitcodes");
        if (exits == null) {
            return;
        }
        List<Integer> codes = Stream.of(exits.split("\\s*,\\s*"))
                .filter(c -> c.matches("\\d{1,3}") && Integer.parseInt(c) < 256)
                .map(Integer::valueOf)
                .toList();
        if (codes.size() < exits.split(",", -1).length) {
            entry.remark(at, "exitcodes=" + Shown.line(exits) + ": not all are exit codes; those are left out");
        }
        List<Integer> planned = codes.stream().filter(c -> c != 0).toList();
        if (!planned.isEmpty()) {
            entry.put("planned_exit_codes", planned);
        }
        if (policy.equals("on-failure") && !codes.contains(0)) {
            entry.remark(
                    at,
                    "exitcodes=" + Shown.line(exits)
                            + ": without 0, where supervisord restarts after 0 too; restart: always does");
        } else if (planned.isEmpty()) {
            entry.remark(at, "exitcodes=" + Shown.line(exits) + ": so it is here");
        }
    }

    private static void stops(Fields f, Entry entry) {
        String signal = f.text("stopsignal");
        if (signal != null && Signal.parse(signal.toUpperCase(Locale.ROOT)).isPresent()) {
            entry.put(
                    "stop.signal",
                    Signal.parse(signal.toUpperCase(Locale.ROOT)).get().written());
        } else if (signal != null) {
            f.remark("stopsignal", signal, "is no signal; not carried over");
        }
        Integer wait = f.number("stopwaitsecs", 0, 999_999_999);
        if (wait != null) {
            entry.put("stop.timeout", Amounts.seconds(wait));
        }
        f.always("stopasgroup", "killasgroup");
    }

    private void logs(Fields f, Entry entry, SupervisordText text, int replicas) {
        Origin at = f.at("stdout_logfile");
        String out = f.text("stdout_logfile");
        if (out != null) {
            logged(text.filled(out), entry, at, replicas);
        }
        String bytes = f.text("stdout_logfile_maxbytes");
        Long size = bytes == null ? null : Amounts.bytes(bytes);
        boolean rotates = entry.get("logging") != null;
        if (size != null && size >= 4096) {
            entry.put("logging.file.rotation.max_size", Amounts.size(size));
        } else if (bytes != null) {
            f.remark(
                    "stdout_logfile_maxbytes",
                    bytes,
                    "not carried over" + (rotates ? ": files are rotated at 50Mi" : ": output is kept within bounds"));
        }
        Integer backups = f.number("stdout_logfile_backups", 0, 1000);
        if (backups != null && (rotates || size != null)) {
            entry.put("logging.file.rotation.max_backups", backups);
        } else if (backups != null) {
            f.remark("stdout_logfile_backups", backups.toString(), "not carried over: there is no file to rotate");
        }
        f.always("redirect_stderr");
        f.none(
                "not carried over: both streams go to one log, in which each line says which it was",
                "stderr_logfile",
                "stderr_logfile_maxbytes",
                "stderr_logfile_backups");
        f.none(
                "not carried over: global.logging.outputs with type: syslog takes all lines",
                "stdout_syslog",
                "stderr_syslog");
    }

    private void logged(String filled, Entry entry, Origin at, int replicas) {
        String path = filled.strip();
        Object value = References.value(path);
        switch (path.toLowerCase(Locale.ROOT)) {
            case "auto", "" -> entry.remark(at, "stdout_logfile=" + path + ": so it is here, in global.log_dir");
            case "none", "off", "/dev/null" ->
                entry.remark(at, "stdout_logfile=" + path + ": output is kept all the same, within its bounds");
            case "syslog" ->
                entry.remark(
                        at, "stdout_logfile=syslog: not carried over; global.logging.outputs with type: syslog does");
            default -> {
                if (value instanceof Expanded e) {
                    entry.put("logging.file.path", e);
                } else {
                    sheet.log(entry, path, at);
                }
                if (replicas > 1 && entry.get("logging.file.path") != null) {
                    entry.remark(
                            at,
                            "of several replicas each has a file of its own, with its index in the name",
                            "logging");
                }
            }
        }
    }

    private static void named(Fields f, int number) {
        String name = f.text("process_name");
        if (name != null) {
            f.remark(
                    "process_name",
                    name,
                    number > 1 ? "replicas are called by the program's name and index" : "not needed");
        }
    }
}
