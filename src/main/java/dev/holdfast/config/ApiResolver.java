package dev.holdfast.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** What {@code global.api} and {@code global.api_rate_limit} mean, every range checked. */
record ApiResolver(Problems problems, Binder binder) {
    private static final int MOST = 1_000_000;
    private static final int MOST_ENDPOINTS = 256;
    private static final Pattern ENDPOINT =
            Pattern.compile("(GET|POST|PUT|PATCH|DELETE) ((?:/(?:[A-Za-z0-9._~-]+|\\{[a-z_]+}))+)");
    /** RFC 1123, 2.1. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");

    private static final Pattern METRICS_PATH = Pattern.compile("(/[A-Za-z0-9_.~-]*[A-Za-z0-9_~-])+");

    private static final Pattern GROUP = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,31}");

    /** Figures that are only read need neither TLS nor a token. */
    @Nullable
    MetricsSpec metrics(Document.@Nullable Metrics metrics, Node at) {
        if (metrics == null) {
            return null;
        }
        var r = new Ranges(problems, binder, metrics, at);
        ListenSpec listen = ListenSpec.parse(metrics.listen());
        if (listen == null) {
            r.add("listen", metrics.listen(), ListenSpec.WRITTEN);
        }
        if (!METRICS_PATH.matcher(metrics.path()).matches()) {
            r.add("path", metrics.path(), "is the path of a URL, such as /metrics");
        }
        return listen == null ? null : new MetricsSpec(listen, metrics.path());
    }

    ApiSpec api(Document.@Nullable Api api, Node at) {
        if (api == null) {
            return ApiSpec.NONE;
        }
        var r = new Ranges(problems, binder, api, at);
        String written = api.listen();
        ListenSpec listen = written == null ? null : ListenSpec.parse(written);
        if (written != null && listen == null) {
            r.add("listen", written, ListenSpec.WRITTEN);
        }
        ApiSpec.Tls tls = tls(api.tls(), at);
        if (listen != null && !listen.loopback() && api.tls() == null) {
            r.add(
                    "listen",
                    listen.toString(),
                    "is reached by other hosts, and without tls tokens could be read on the way: give tls beside it, or"
                            + " listen on 127.0.0.1");
        }
        if (written == null && (api.tls() != null || !api.hosts().isEmpty())) {
            problems.add(
                    binder.at(api, api.tls() == null ? "hosts" : "tls", at),
                    (api.tls() == null ? "hosts" : "tls") + " counts only with listen");
        }
        for (String host : api.hosts()) {
            if (!HOST.matcher(host).matches()) {
                problems.add(binder.at(api, "hosts", at), "\"" + host + "\" is no name of a host; it has no port");
            }
        }
        var groups = new TreeMap<String, ApiSpec.Access>();
        api.groups().forEach((name, access) -> {
            if (!GROUP.matcher(name).matches()) {
                problems.add(binder.at(api.groups(), name), "\"" + name + "\" is no name of a group");
            }
            groups.put(name, access);
        });
        List<String> hosts =
                api.hosts().stream().map(h -> h.toLowerCase(Locale.ROOT)).toList();
        return new ApiSpec(listen, tls, hosts, Collections.unmodifiableSortedMap(groups));
    }

    private ApiSpec.@Nullable Tls tls(Document.@Nullable Tls tls, Node at) {
        if (tls == null) {
            return null;
        }
        var r = new Ranges(problems, binder, tls, at);
        r.absolute("certificate", tls.certificate());
        r.absolute("key", tls.key());
        r.absolute("clientCa", tls.clientCa());
        return new ApiSpec.Tls(tls.certificate(), tls.key(), tls.clientCa());
    }

    RateLimitSpec limit(Document.@Nullable RateLimit limit, Node at) {
        if (limit == null) {
            return RateLimitSpec.DEFAULT;
        }
        var endpoints = new ArrayList<RateLimitSpec.Endpoint>();
        for (Map.Entry<String, Document.EndpointLimit> e : limit.endpoints().entrySet()) {
            Node where = binder.at(limit.endpoints(), e.getKey());
            Matcher m = ENDPOINT.matcher(e.getKey());
            var r = new Ranges(problems, binder, e.getValue(), where);
            RateLimitSpec.Rate rate =
                    rate(r, e.getValue().requestsPerSecond(), e.getValue().burst());
            if (m.matches()) {
                endpoints.add(new RateLimitSpec.Endpoint(m.group(1), m.group(2), rate));
            } else {
                problems.add(
                        where,
                        "\"" + e.getKey() + "\" is no endpoint; it is a method and a path, such as"
                                + " POST /api/v1/processes/{name}/restart");
            }
        }
        if (endpoints.size() > MOST_ENDPOINTS) {
            problems.add(binder.at(limit, "endpoints", at), "there are at most " + MOST_ENDPOINTS + " endpoints");
        }
        var r = new Ranges(problems, binder, limit, at);
        return new RateLimitSpec(
                rate(r, limit.requestsPerSecond(), limit.burst()), limit.perClient(), List.copyOf(endpoints));
    }

    private static RateLimitSpec.Rate rate(Ranges r, int perSecond, int burst) {
        r.within("requestsPerSecond", perSecond, 1, MOST);
        r.within("burst", burst, 1, MOST);
        return new RateLimitSpec.Rate(perSecond, burst);
    }
}
