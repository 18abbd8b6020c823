package dev.holdfast.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;

/** One run of the command line, and what came of it. */
record Run(int code, String out, String err) {
    static Run of(String... args) {
        return of(Map.of("HOME", "/nonexistent"), args);
    }

    static Run of(Map<String, String> environment, String... args) {
        return by(1000, environment, args);
    }

    static Run by(int uid, Map<String, String> environment, String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine line = Holdfast.commandLine(new Holdfast(environment, uid))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        int code = line.execute(args);
        return new Run(code, out.toString(), err.toString());
    }
}
