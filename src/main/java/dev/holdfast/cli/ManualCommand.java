package dev.holdfast.cli;

import dev.holdfast.config.Reference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code holdfast manual}. */
@Command(
        name = "manual",
        description = {
            "Writes the pages for man(1) below a directory.",
            "A page a command into DIR/man1, the configuration's keys as DIR/man5/holdfast.yaml.5. Packages have them."
        },
        footer = {"", "Example:", "  holdfast manual /usr/local/share/man"})
final class ManualCommand extends Subcommand {
    @Parameters(paramLabel = "DIR", description = "where they are written; made if it is not there")
    private Path dir = Path.of("");

    @Override
    public Integer call() throws IOException {
        var pages = ManualPages.of(spec().root(), Reference.markdown(), Holdfast.VERSION);
        for (var page : pages.entrySet()) {
            String name = page.getKey();
            Path section = Files.createDirectories(dir.resolve("man" + name.charAt(name.length() - 1)));
            Files.writeString(section.resolve(name), page.getValue(), StandardCharsets.UTF_8);
        }
        out().println(pages.size() + " pages written below " + dir);
        return ExitStatus.DONE;
    }
}
