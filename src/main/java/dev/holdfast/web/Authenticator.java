package dev.holdfast.web;

import dev.holdfast.api.Caller;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Who shows a token. Thread-safe. */
public interface Authenticator {
    /**
     * @param from the address it came from
     * @return null: nobody, or not any more
     */
    @Nullable
    Grant grant(String token, String from);

    /**
     * @param holds whether it is still so, to be asked again and again while an answer goes on
     */
    record Grant(Caller caller, BooleanSupplier holds) {}
}
