package dev.holdfast.daemon;

import dev.holdfast.api.Api;
import dev.holdfast.api.HttpHandler;
import dev.holdfast.api.ProblemDetails;
import dev.holdfast.web.Site;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon's listener has where.
 *
 * @param metrics at {@code metricsPath}, with a token; null: not here
 * @param pages all else, without a token; null: there are none
 */
record WebSite(
        Api api,
        @Nullable HttpHandler metrics,
        String metricsPath,
        @Nullable HttpHandler pages) implements Site {
    /** Whether an endpoint that is written so is one of these. */
    boolean has(String method, String path) {
        boolean looks = method.equals("GET");
        return path.startsWith("/api/")
                ? api.has(method, path)
                : looks && (pages != null || (metrics != null && path.equals(metricsPath)));
    }

    @Override
    public Door at(String path) {
        if (path.startsWith("/api/")) {
            return new Door(api, false);
        }
        if (metrics != null && path.equals(metricsPath)) {
            return new Door(metrics, false);
        }
        return new Door(
                pages != null
                        ? pages
                        : (request, _) -> ProblemDetails.answer(404, "there is nothing at " + request.path()),
                true);
    }
}
