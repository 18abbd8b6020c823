package dev.holdfast.cli;

import dev.holdfast.api.Client;
import dev.holdfast.api.ControlPort.Refused;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command has: the root, its outputs and {@code --help}. */
abstract class Subcommand implements Callable<Integer> {
    static final String API = "/api/v1/";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this and end")
    boolean help; // read by picocli alone

    @Override
    public abstract Integer call() throws IOException, Refused;

    final Holdfast root() {
        return (Holdfast) spec().root().userObject(); // also below jobs and queue
    }

    final CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }

    final PrintWriter out() {
        return spec().commandLine().getOut();
    }

    final PrintWriter err() {
        return spec().commandLine().getErr();
    }

    final Client client() {
        return new Client(root().directories().socket());
    }

    final Style style() {
        return root().style();
    }

    /** What lists the things this command is about. */
    String listing() {
        return "holdfast status";
    }

    /** Bad usage: {@code message} and where help is. */
    final ParameterException misuse(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    /** As one segment of a path, or one value of a query. */
    static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The path that asks for the status of these processes; of all when there is none. */
    static String statusOf(List<String> names) {
        return API + "status"
                + (names.isEmpty()
                        ? ""
                        : names.stream().map(n -> "name=" + encoded(n)).collect(Collectors.joining("&", "?", "")));
    }
}
