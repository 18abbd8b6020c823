package dev.holdfast.daemon;

import dev.holdfast.event.InstanceId;
import dev.holdfast.job.Hold;
import dev.holdfast.job.Job;
import dev.holdfast.process.KernelLauncher;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which job an instance is of, as its record keeps it for the next daemon. */
final class JobFacts {
    private static final String ID = "job";
    private static final String TOKEN = "token";
    private static final String ATTEMPT = "attempt";
    private static final String PRIORITY = "priority";
    private static final String KEY = "key";
    private static final String SUBMITTED = "submitted";
    private static final String PAYLOAD = "payload";
    private static final String WORKDIR = "workdir";

    private JobFacts() {}

    static Map<String, String> of(Job job, @Nullable String workdir) {
        var facts = new HashMap<String, String>();
        facts.put(ID, job.id());
        facts.put(TOKEN, Long.toString(job.hold().token()));
        facts.put(ATTEMPT, Integer.toString(job.attempt()));
        facts.put(PRIORITY, Integer.toString(job.priority()));
        facts.put(SUBMITTED, job.submitted().toString());
        facts.put(PAYLOAD, written(job.payload()));
        if (job.key() != null) {
            facts.put(KEY, encoded(job.key()));
        }
        if (workdir != null) {
            facts.put(WORKDIR, encoded(workdir));
        }
        return facts;
    }

    /** Null: the record is damaged. */
    static @Nullable Job job(KernelLauncher.Adopted a) {
        Map<String, String> facts = a.attributes();
        try {
            String id = facts.getOrDefault(ID, "");
            String key = facts.get(KEY);
            return id.isEmpty()
                    ? null
                    : new Job(
                            id,
                            facts.getOrDefault(Launches.PROCESS, ""),
                            payload(facts.getOrDefault(PAYLOAD, "")),
                            Integer.parseInt(facts.getOrDefault(PRIORITY, "0")),
                            key == null ? null : decoded(key),
                            Instant.parse(facts.getOrDefault(SUBMITTED, "")),
                            Integer.parseInt(facts.getOrDefault(ATTEMPT, "")),
                            new Hold(id, Long.parseLong(facts.getOrDefault(TOKEN, ""))));
        } catch (DateTimeException | IllegalArgumentException damaged) {
            return null;
        }
    }

    static @Nullable String workdir(KernelLauncher.Adopted a) {
        String path = a.attributes().get(WORKDIR);
        return path == null ? null : decoded(path);
    }

    static String label(Job job, InstanceId id) {
        return job.queue() + " " + (job.id().isEmpty() ? id.value() : job.id());
    }

    /** One line, whatever the values hold. */
    private static String written(SortedMap<String, String> payload) {
        return payload.entrySet().stream()
                .map(e -> encoded(e.getKey()) + "=" + encoded(e.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static SortedMap<String, String> payload(String written) {
        var payload = new TreeMap<String, String>();
        for (String pair : written.split("&", -1)) {
            int at = pair.indexOf('=');
            if (at > 0) {
                payload.put(decoded(pair.substring(0, at)), decoded(pair.substring(at + 1)));
            }
        }
        return payload;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
