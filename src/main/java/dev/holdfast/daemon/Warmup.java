package dev.holdfast.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs the command lines of a file one after another in one JVM; the build trains the start-up cache with it. */
final class Warmup {
    private Warmup() {}

    /** Whatever a command comes to, the next one runs. */
    public static void main(String[] args) throws IOException {
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] words = line.strip().split("\\s+", -1);
            Main.commandLine(words).execute(words);
        }
        System.exit(0); // it too loads classes
    }
}
