package dev.holdfast.imports;

import dev.holdfast.source.Broken;
import dev.holdfast.source.Sections.Section;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What supervisord hands to all of its programs. */
final class SupervisordCommon {
    final Map<String, String> environment = new LinkedHashMap<>();
    final @Nullable String user;
    final @Nullable String directory;
    final @Nullable String umask;

    SupervisordCommon(Sheet sheet, @Nullable Section section) throws Broken {
        if (section == null) {
            user = null;
            directory = null;
            umask = null;
            return;
        }
        Fields f = Supervisord.fields(section, sheet.head(), "[supervisord] ");
        String variables = f.text("environment");
        if (variables != null) {
            environment.putAll(SupervisordText.pairs(variables, f.at("environment")));
        }
        String as = f.text("user");
        user = as == null || as.equals("root") ? null : as;
        directory = f.text("directory");
        umask = f.text("umask");
        String minfds = f.text("minfds");
        if (minfds != null) {
            f.remark(
                    "minfds",
                    minfds,
                    "not carried over; rlimits: { nofile: " + Shown.line(minfds)
                            + " } of a process, or of defaults.process, says so");
        }
        f.none(
                "not carried over: the daemon's own log is its standard output",
                "logfile",
                "logfile_maxbytes",
                "logfile_backups",
                "loglevel",
                "silent");
        f.none("not needed: holdfast up stays in the foreground, and has no pid file", "nodaemon", "pidfile");
        f.none("not carried over; logs lie in global.log_dir", "childlogdir", "nocleanup");
        f.rest();
        if (as != null) {
            sheet.head()
                    .remark(
                            section.at(),
                            "[supervisord] user=" + Shown.line(as)
                                    + (user == null
                                            ? ": a process without a user runs as the daemon does, which is to be root for it"
                                            : ": becomes user of each process without one"));
        }
    }
}
