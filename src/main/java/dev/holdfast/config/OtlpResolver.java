package dev.holdfast.config;

import dev.holdfast.unit.Durations;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** What {@code global.otlp} means. Nothing of its address or headers is repeated: both may hold secrets. */
record OtlpResolver(Problems problems, Binder binder) {
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]*");
    /** Those say what is sent, and how. */
    private static final Set<String> OURS = Set.of("content-type", "content-encoding", "accept", "host", "user-agent");
    /** The JDK's client leaves them out without a word. */
    private static final Set<String> DROPPED = Set.of(
            "origin",
            "via",
            "content-transfer-encoding",
            "access-control-request-headers",
            "access-control-request-method");

    private static final Pattern ATTRIBUTE = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,127}");
    private static final int MOST_ATTRIBUTES = 64;
    private static final int LONGEST_VALUE = 1024;

    @Nullable
    OtlpSpec of(Document.@Nullable Otlp otlp, Node at) {
        if (otlp == null) {
            return null;
        }
        var r = new Ranges(problems, binder, otlp, at);
        within(r, "interval", otlp.interval(), Duration.ofSeconds(1), Duration.ofHours(1));
        within(r, "timeout", otlp.timeout(), Duration.ofMillis(100), Duration.ofMinutes(1));
        headers(otlp.headers());
        resource(otlp, at);
        URI endpoint = endpoint(otlp, at);
        OtlpSpec.Tls tls = tls(otlp, endpoint, at);
        URI proxy = proxy(otlp, at);
        return endpoint == null
                ? null
                : new OtlpSpec(
                        endpoint,
                        Collections.unmodifiableSortedMap(new TreeMap<>(otlp.headers())),
                        otlp.interval(),
                        otlp.metrics(),
                        otlp.traces(),
                        otlp.timeout(),
                        tls,
                        proxy,
                        otlp.compression() == Document.Compression.GZIP,
                        Collections.unmodifiableSortedMap(new TreeMap<>(otlp.resource())));
    }

    private OtlpSpec.@Nullable Tls tls(Document.Otlp otlp, @Nullable URI endpoint, Node at) {
        Document.OtlpTls tls = otlp.tls();
        if (tls == null) {
            return null;
        }
        var r = new Ranges(problems, binder, tls, at);
        r.absolute("ca", tls.ca());
        r.absolute("certificate", tls.certificate());
        r.absolute("key", tls.key());
        Node where = binder.at(otlp, "tls", at);
        if (endpoint != null && "http".equalsIgnoreCase(endpoint.getScheme())) {
            problems.add(where, "tls counts only with an endpoint that begins with https://");
        }
        if (tls.ca() == null && tls.certificate() == null && tls.key() == null) {
            problems.add(where, "tls says nothing: it has ca, or certificate and key, or all three");
        }
        if ((tls.certificate() == null) != (tls.key() == null)) {
            problems.add(where, "certificate and key go together");
        }
        return new OtlpSpec.Tls(tls.ca(), tls.certificate(), tls.key());
    }

    private @Nullable URI proxy(Document.Otlp otlp, Node at) {
        String said = otlp.proxy();
        if (said == null) {
            return null;
        }
        try {
            URI uri = new URI(said);
            boolean bare = uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawPath().matches("/?");
            if (bare && "http".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null && port(uri)) {
                return uri;
            }
        } catch (URISyntaxException e) { // told below, without what it says: it may be a secret
        }
        problems.add(binder.at(otlp, "proxy", at), "proxy is such as http://proxy.example.org:3128, and nothing more");
        return null;
    }

    private static boolean port(URI uri) {
        return uri.getPort() > 0 && uri.getPort() <= 65535;
    }

    private static void within(Ranges r, String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            r.add(key, Durations.format(value), "is " + Durations.format(least) + " to " + Durations.format(most));
        }
    }

    private @Nullable URI endpoint(Document.Otlp otlp, Node at) {
        Node where = binder.at(otlp, "endpoint", at);
        URI uri;
        try {
            uri = new URI(otlp.endpoint());
        } catch (URISyntaxException e) {
            problems.add(where, "endpoint is no URL; it is one such as http://127.0.0.1:4318");
            return null;
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https")) || uri.getPort() > 65535) {
            problems.add(where, "endpoint begins with http:// or https://, and has a host");
            return null;
        }
        if (uri.getRawUserInfo() != null) {
            problems.add(
                    where,
                    "name and password are not sent from a URL: say them by headers, such as Authorization: Basic …");
            return null;
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            problems.add(where, "endpoint has nothing after its path: /v1/metrics and /v1/traces follow there");
            return null;
        }
        return uri;
    }

    private void headers(Map<String, String> headers) {
        headers.forEach((name, value) -> {
            Node where = binder.at(headers, name);
            String lower = name.toLowerCase(Locale.ROOT);
            if (ProbeResolver.OF_CONNECTION.contains(lower) || OURS.contains(lower) || DROPPED.contains(lower)) {
                problems.add(where, "\"" + name + "\": this header is not yours to say");
            }
            if (!HEADER.matcher(name).matches() || !PRINTABLE.matcher(value).matches()) {
                problems.add(where, "\"" + name + "\": a header is a name and printable ASCII characters");
            }
        });
    }

    private void resource(Document.Otlp otlp, Node at) {
        if (otlp.resource().size() > MOST_ATTRIBUTES) {
            problems.add(binder.at(otlp, "resource", at), "there are at most " + MOST_ATTRIBUTES + " attributes");
        }
        otlp.resource().forEach((name, value) -> {
            if (!ATTRIBUTE.matcher(name).matches() || value.length() > LONGEST_VALUE) {
                problems.add(
                        binder.at(otlp.resource(), name),
                        "\"" + name + "\": an attribute has a name such as deployment.environment.name, and at most "
                                + LONGEST_VALUE + " characters");
            }
        });
    }
}
