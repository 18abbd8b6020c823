package dev.holdfast.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a daemon would answer, by path; each answer once, the last one again and again. Thread-safe. */
final class Daemon implements Transport {
    private final List<Ask> asked = new ArrayList<>();
    private final Map<String, Deque<Reply>> answers = new ConcurrentHashMap<>();

    /** @param hangsUp the request arrives, its answer does not */
    record Reply(int status, String body, boolean hangsUp) {}

    Daemon says(String path, int status, String body) {
        return says(path, new Reply(status, body, false));
    }

    Daemon hangsUp(String path) {
        return says(path, new Reply(0, "", true));
    }

    private synchronized Daemon says(String path, Reply reply) {
        answers.computeIfAbsent("/api/v1/" + path, p -> new ArrayDeque<>()).add(reply);
        return this;
    }

    @Override
    public Answer exchange(Ask ask, Duration most) throws IOException, InterruptedException {
        Reply reply;
        synchronized (this) {
            asked.add(ask);
            Deque<Reply> left = answers.get(ask.path());
            if (left == null) {
                reply = new Reply(404, "{\"detail\":\"nothing was planned for " + ask.path() + "\"}", false);
            } else {
                reply = left.size() > 1 ? left.removeFirst() : left.getFirst();
            }
        }
        if (reply.hangsUp) {
            throw new IOException("the daemon hung up");
        }
        if (reply.body.isEmpty()) { // it lets us wait
            Thread.sleep(most.toMillis());
        }
        return new Answer(reply.status, null, reply.body);
    }

    @Override
    public String where() {
        return "a test";
    }

    synchronized List<Ask> asked() {
        return List.copyOf(asked);
    }

    List<String> bodies(String path) {
        return asked().stream()
                .filter(a -> a.path().equals("/api/v1/" + path))
                .map(a -> a.body() == null ? "" : a.body())
                .toList();
    }
}
