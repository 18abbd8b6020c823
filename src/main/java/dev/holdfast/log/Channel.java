package dev.holdfast.log;

import java.io.IOException;
import java.util.List;

/** A way out for lines. May block; owned by one output's thread. */
interface Channel extends AutoCloseable {
    /** @throws IOException when not all of them are there; whether some are, only a file promises: none */
    void send(List<Entry> lines) throws IOException;

    @Override
    void close();
}
