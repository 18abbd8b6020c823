package dev.holdfast.config;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code global.api}: who else may ask, and where.
 *
 * @param listen beside the Unix socket; null: nowhere
 * @param tls null: none
 * @param hosts names by which the listener may be called, in lower case
 * @param groups of this host's users, and what their members may ask for on the Unix socket
 */
public record ApiSpec(
        @Nullable ListenSpec listen, @Nullable Tls tls, List<String> hosts, SortedMap<String, Access> groups) {
    /** What holds when nothing is said. */
    public static final ApiSpec NONE = new ApiSpec(null, null, List.of(), new TreeMap<>());

    /**
     * @param certificate PEM file of the chain, the server's own first
     * @param key PEM file of its private key
     * @param clientCa PEM file of those who vouch for clients, who must show a certificate then; null: none need one
     */
    public record Tls(
            String certificate, String key, @Nullable String clientCa) {}

    /** What may be asked for; each has those before it but submit, which {@code read} has nothing of. */
    public enum Access {
        READ,
        SUBMIT,
        OPERATE
    }
}
