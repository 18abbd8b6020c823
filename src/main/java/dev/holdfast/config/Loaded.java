package dev.holdfast.config;

import java.util.List;

/** What reading a configuration came to. */
public sealed interface Loaded {
    /** It can be used. */
    record Sound(Config config) implements Loaded {}

    /** It cannot: all that is wrong, in the order of the files. */
    record Unsound(List<Problem> problems) implements Loaded {}
}
