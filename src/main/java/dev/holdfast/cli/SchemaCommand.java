package dev.holdfast.cli;

import dev.holdfast.config.Schema;
import picocli.CommandLine.Command;

/** {@code holdfast schema}. */
@Command(
        name = "schema",
        description = "Prints the JSON Schema of configurations, for editors.",
        footer = {
            "",
            "Example:",
            "  holdfast schema > holdfast.schema.json",
            "  and as the first line of holdfast.yaml:",
            "  # yaml-language-server: $schema=holdfast.schema.json"
        })
final class SchemaCommand extends Subcommand {
    @Override
    public Integer call() {
        out().println(Schema.json());
        return ExitStatus.DONE;
    }
}
