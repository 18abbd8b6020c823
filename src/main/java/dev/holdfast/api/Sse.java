package dev.holdfast.api;

import dev.holdfast.api.Follow.Item;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Server-sent events (HTML Standard, 9.2), with a comment when nothing has come for a while: it shows who is gone. */
final class Sse implements HttpAnswer.Source {
    private static final Duration QUIET = Duration.ofSeconds(15);
    private static final byte[] NOTHING = {};
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    /** Who is cut off is to come back soon. */
    private static final byte[] HELLO = ": holdfast\nretry: 2000\n\n".getBytes(StandardCharsets.US_ASCII);

    private final Follow follow;
    private boolean begun;
    private Duration quiet = Duration.ZERO;

    Sse(Follow follow) {
        this.follow = follow;
    }

    @Override
    public byte[] next(Duration most) throws IOException, InterruptedException {
        if (!begun) {
            begun = true;
            return HELLO;
        }
        Duration left = QUIET.minus(quiet);
        Duration wait = most.compareTo(left) < 0 ? most : left;
        List<Item> items = follow.next(wait);
        if (items.isEmpty()) {
            quiet = quiet.plus(wait);
            if (quiet.compareTo(QUIET) < 0) {
                return NOTHING;
            }
            quiet = Duration.ZERO;
            return COMMENT;
        }
        quiet = Duration.ZERO;
        var text = new StringBuilder();
        for (Item i : items) {
            text.append("id: ").append(i.id()).append("\nevent: ").append(i.event());
            text.append("\ndata: ").append(i.json()).append("\n\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        follow.close();
    }
}
