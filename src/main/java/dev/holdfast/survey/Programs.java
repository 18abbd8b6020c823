package dev.holdfast.survey;

import dev.holdfast.audit.redis.RedisAudit;
import dev.holdfast.event.Outcome;
import dev.holdfast.linux.ProgramRun;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Other programs, run by a command of ours that has no loop. */
public final class Programs {
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final List<String> PLACES =
            List.of("/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/");
    private static final List<String> ENVIRONMENT = List.of(
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "HOME=/root");

    private Programs() {}

    /** @return null: it is nowhere */
    static @Nullable String find(Tree tree, String name) {
        if (name.startsWith("/")) {
            return tree.isFile(name) ? name : null;
        }
        return PLACES.stream()
                .map(p -> p + name)
                .filter(tree::isFile)
                .findFirst()
                .orElse(null);
    }

    /** An asker that waits; nobody else may reap this process's children. */
    public static String ask(List<String> command) {
        try {
            ProgramRun ran = ProgramRun.of(command, ENVIRONMENT, LONGEST);
            return ran.outcome() instanceof Outcome.Exited(int code) && code == 0 ? ran.out() : "";
        } catch (IOException failed) {
            return "";
        }
    }

    /** What a checker says of it; empty: it is content; null: it is not installed. */
    static @Nullable String complaint(List<String> command) {
        String program = find(new Tree(Path.of("/")), command.getFirst());
        if (program == null) {
            return null;
        }
        var whole = new ArrayList<>(command);
        whole.set(0, program); // a bare name would be one of the directory that we are in
        try {
            ProgramRun ran = ProgramRun.of(whole, ENVIRONMENT, LONGEST);
            if (ran.outcome() instanceof Outcome.Exited(int code) && code == 0) {
                return "";
            }
            String said = (ran.err() + ran.out()).strip();
            if (command.contains("--" + RedisAudit.READS_NO_FURTHER)
                    && said.contains(">>> '" + RedisAudit.READS_NO_FURTHER)) {
                return ""; // it took all that stands before
            }
            return said.isEmpty() ? String.join(" ", command) + " failed" : said;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
