package dev.holdfast.cli;

import dev.holdfast.config.Reference;
import dev.holdfast.config.Schema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast schema}. */
@Command(
        name = "schema",
        description = {
            "Prints the JSON Schema of configurations.",
            "Editors that know it complete and check as you type."
        },
        footer = {
            "",
            "Example:",
            "  holdfast schema > holdfast.schema.json",
            "  and as the first line of holdfast.yaml:",
            "  # yaml-language-server: $schema=holdfast.schema.json"
        })
final class SchemaCommand extends Subcommand {
    @Option(names = "--markdown", description = "every key with type, default and meaning as a Markdown page instead")
    private boolean markdown;

    @Override
    public Integer call() {
        if (markdown) {
            out().print(Reference.markdown());
            out().flush();
        } else {
            out().println(Schema.json());
        }
        return ExitStatus.DONE;
    }
}
