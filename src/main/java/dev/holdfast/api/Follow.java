package dev.holdfast.api;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What comes by and by; used by one thread. */
public interface Follow extends AutoCloseable {
    /**
     * @param id behind which another one may go on
     * @param event what kind it is, a word
     * @param json of one line
     */
    record Item(String id, String event, String json) {}

    /**
     * What has come, in order.
     *
     * @param most to wait for it
     * @return empty: nothing
     */
    List<Item> next(Duration most) throws IOException, InterruptedException;

    @Override
    void close();
}
