package dev.holdfast.cli;

import picocli.CommandLine.Command;

/** {@code holdfast jobs}. */
@Command(
        name = "jobs",
        description = "Submits jobs to queues, and shows and steers them.",
        subcommands = {
            JobsSubmitCommand.class,
            JobsListCommand.class,
            JobsFailedCommand.class,
            JobsShowCommand.class,
            JobsCancelCommand.class,
            JobsRetryCommand.class,
            JobsForgetCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  holdfast jobs submit downloads url=https://example.org/1 --wait",
            "  holdfast jobs failed --class network",
            "  holdfast jobs retry --all --class network"
        })
final class JobsCommand extends Subcommand {
    @Override
    public Integer call() {
        throw misuse("what about jobs? submit, list, failed, show, cancel, retry or forget");
    }
}
