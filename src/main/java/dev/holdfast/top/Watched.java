package dev.holdfast.top;

import dev.holdfast.api.HealthReport;
import dev.holdfast.api.Status;
import java.io.IOException;
import java.util.List;

/** The daemon, as the view needs it. Thread-safe; each may wait. Errors have a message for people. */
public interface Watched {
    Status status() throws IOException;

    HealthReport health() throws IOException;

    /** The last lines of a replica's, schedule's or queue's log. */
    List<String> log(String name, int lines) throws IOException;

    /** Why that one ended, as text. */
    List<String> why(String name) throws IOException;

    /** @param verb start, stop or restart. @return what came of it, a line */
    String process(String verb, String name) throws IOException;

    String scale(String name, int replicas) throws IOException;

    /** @param verb run, pause or resume */
    String schedule(String verb, String name) throws IOException;

    /** @param verb pause or resume */
    String queue(String verb, String name) throws IOException;
}
