package dev.holdfast.api;

import dev.holdfast.api.ControlPort.Refused;
import dev.holdfast.api.ControlPort.Verb;
import io.avaje.json.JsonException;
import io.avaje.jsonb.Jsonb;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** From a method and a path to what is asked of the daemon. */
final class Routes {
    private static final Jsonb JSON = Jsonb.builder().build();
    private static final String ROOT = "/api/v1/";

    private final ControlPort port;

    Routes(ControlPort port) {
        this.port = port;
    }

    /** @param mostMillis that it may wait for what was asked to come to its end; 0: as long as it was asked to */
    Object answer(String method, String target, String body, String user, long mostMillis) throws Refused, Http.Bad {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        if (!path.startsWith(ROOT)) {
            throw new Http.Bad(404, "there is nothing at " + path);
        }
        String[] steps = path.substring(ROOT.length()).split("/", -1);
        String parameters = query < 0 ? "" : target.substring(query + 1);
        return switch (method + " " + steps[0]) {
            case "GET status" -> port.status(values(parameters, "name"));
            case "GET plan" -> port.plan();
            case "GET doctor" -> port.doctor();
            case "GET why" ->
                port.why(
                        steps.length == 2 ? decoded(steps[1]) : "",
                        number(parameters, "ends", 5),
                        number(parameters, "lines", 10));
            case "GET cron" -> cron(steps, parameters);
            case "POST cron" -> cron(steps, body, user, mostMillis);
            case "POST reload" -> port.reload(user);
            case "POST down" -> {
                port.down(user);
                yield new PlanReply(List.of());
            }
            case "POST logs" -> {
                if (steps.length != 2 || !steps[1].equals("reopen")) {
                    throw new Http.Bad(404, "logs can only be opened anew, by logs/reopen");
                }
                port.reopenLogs(user);
                yield new PlanReply(List.of());
            }
            case "POST processes" -> port.act(verb(steps.length == 2 ? steps[1] : ""), request(body, mostMillis), user);
            default -> throw new Http.Bad(404, "there is nothing at " + method + " " + path);
        };
    }

    private Object cron(String[] steps, String parameters) throws Refused, Http.Bad {
        String what = steps.length == 3 ? steps[2] : steps.length == 2 ? steps[1] : "";
        String name = steps.length == 3 ? decoded(steps[1]) : "";
        return switch (what) {
            case "" -> port.cron().list();
            case "overlaps" -> new CronTexts(port.cron().overlaps());
            case "next" -> new CronTexts(port.cron().next(name, number(parameters, "n", 10)));
            case "history" -> port.cron().history(name, number(parameters, "n", 10), number(parameters, "lines", 0));
            default -> throw new Http.Bad(404, "schedules have next, history and overlaps");
        };
    }

    private Object cron(String[] steps, String body, String user, long mostMillis) throws Refused, Http.Bad {
        String name = steps.length == 3 ? decoded(steps[1]) : "";
        switch (steps.length == 3 ? steps[2] : "") {
            case "run" -> {
                return port.cron().run(name, request(body, mostMillis), user);
            }
            case "pause" -> port.cron().pause(name, true, user);
            case "resume" -> port.cron().pause(name, false, user);
            default -> throw new Http.Bad(404, "schedules can run, pause and resume");
        }
        return new CronTexts(List.of());
    }

    private static Verb verb(String name) throws Http.Bad {
        for (Verb v : Verb.values()) {
            if (v.name().toLowerCase(Locale.ROOT).equals(name)) {
                return v;
            }
        }
        throw new Http.Bad(404, "\"" + name + "\": processes can start, stop, restart, signal and scale");
    }

    private static Request request(String body, long mostMillis) throws Http.Bad {
        try {
            Request request = JSON.type(Request.class).fromJson(body);
            if (request.names().stream().anyMatch(Objects::isNull)) {
                throw new Http.Bad(400, "names are texts, not null");
            }
            long asked = request.timeoutMillis();
            return mostMillis == 0 || (asked > 0 && asked <= mostMillis)
                    ? request
                    : new Request(request.names(), request.signal(), request.replicas(), request.await(), mostMillis);
        } catch (JsonException | IllegalStateException | NullPointerException e) {
            throw new Http.Bad(400, "the request's JSON is not understood: " + e.getMessage());
        }
    }

    private static List<String> values(String parameters, String name) {
        var values = new ArrayList<String>();
        for (String p : parameters.split("&", -1)) {
            if (p.startsWith(name + "=")) {
                values.add(decoded(p.substring(name.length() + 1)));
            }
        }
        return values;
    }

    private static int number(String parameters, String name, int otherwise) throws Http.Bad {
        List<String> given = values(parameters, name);
        if (given.isEmpty()) {
            return otherwise;
        }
        if (!given.getFirst().matches("\\d{1,4}")) {
            throw new Http.Bad(400, name + " is a number of at most 4 digits");
        }
        return Integer.parseInt(given.getFirst());
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }
}
