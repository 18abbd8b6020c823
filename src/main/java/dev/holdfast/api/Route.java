package dev.holdfast.api;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be asked.
 *
 * @param template below {@code /api/v1/}, such as {@code cron/{name}/run}
 * @param scopes of which the caller has one; none: whoever is known may ask
 * @param summary for people, a sentence
 * @param takes what its body is; null: it has none
 * @param bare whether it may be asked without a body
 * @param audit what of it is kept when it was asked
 * @param gives what it answers when it does not refuse
 */
record Route(
        String method,
        String template,
        Set<Scope> scopes,
        String summary,
        List<Param> query,
        @Nullable Class<?> takes,
        boolean bare,
        List<Gives> gives,
        Audit audit,
        Handler handler) {
    static final String ROOT = "/api/v1/";
    static final String JSON = "application/json";
    static final String EVENTS = "text/event-stream";

    /**
     * An answer.
     *
     * @param type of its JSON; of events, of the data of each; null: there is none
     */
    record Gives(int status, String media, @Nullable Class<?> type) {}

    /** Answers. */
    @FunctionalInterface
    interface Handler {
        Reply answer(Asked asked) throws ControlPort.Refused, Bad;
    }

    Route {
        scopes = Set.copyOf(scopes);
        query = List.copyOf(query);
        gives = List.copyOf(gives);
    }

    /** What the audit trail has of it. */
    enum Audit {
        /** Nothing: it changes nothing, or says only that somebody is still there. */
        NONE,
        /** That it was asked; what its body says may be a secret. */
        ASKED,
        ALL
    }

    boolean allows(Caller caller) {
        return scopes.isEmpty() || scopes.stream().anyMatch(caller::may);
    }

    private String[] segments() {
        return template.split("/", -1);
    }

    /** @return the names out of the path, undecoded; null: it is another's */
    @Nullable
    Map<String, String> match(String[] path) {
        String[] mine = segments();
        if (mine.length != path.length) {
            return null;
        }
        var names = new HashMap<String, String>();
        for (int i = 0; i < mine.length; i++) {
            if (mine[i].startsWith("{")) {
                if (path[i].isEmpty()) {
                    return null;
                }
                names.put(mine[i].substring(1, mine[i].length() - 1), path[i]);
            } else if (!mine[i].equals(path[i])) {
                return null;
            }
        }
        return names;
    }

    /** Whether a path that it has may be one that {@code pattern} is of; there, too, {@code {name}} is any segment. */
    boolean meets(String[] pattern) {
        String[] mine = segments();
        boolean all = mine.length == pattern.length;
        for (int i = 0; all && i < mine.length; i++) {
            all = mine[i].startsWith("{") || pattern[i].startsWith("{") || mine[i].equals(pattern[i]);
        }
        return all;
    }

    /** Of its names in the path, in order. */
    List<String> names() {
        return Arrays.stream(segments())
                .filter(s -> s.startsWith("{"))
                .map(s -> s.substring(1, s.length() - 1))
                .toList();
    }

    static Draft get(String template, String summary, Scope... scopes) {
        return new Draft("GET", template, summary, scopes);
    }

    static Draft post(String template, String summary, Scope... scopes) {
        return new Draft("POST", template, summary, scopes);
    }

    /** A route that lacks its handler. */
    static final class Draft {
        private final String method;
        private final String template;
        private final String summary;
        private final Set<Scope> scopes;
        private List<Param> query = List.of();
        private @Nullable Class<?> takes;
        private boolean bare = true;
        private Audit audit;

        private Draft(String method, String template, String summary, Scope... scopes) {
            this.method = method;
            this.template = template;
            this.summary = summary;
            this.audit = method.equals("GET") ? Audit.NONE : Audit.ALL;
            this.scopes = scopes.length == 0 ? Set.of() : EnumSet.copyOf(Arrays.asList(scopes));
        }

        Draft query(Param... params) {
            query = List.of(params);
            return this;
        }

        Draft takes(Class<?> type) {
            takes = type;
            bare = false;
            return this;
        }

        /** A body may be left away. */
        Draft mayTake(Class<?> type) {
            takes = type;
            return this;
        }

        Draft audit(Audit what) {
            audit = what;
            return this;
        }

        Route gives(Class<?> type, Handler handler) {
            return gives(List.of(new Gives(200, JSON, type)), handler);
        }

        Route gives(List<Gives> gives, Handler handler) {
            return new Route(method, template, scopes, summary, query, takes, bare, gives, audit, handler);
        }
    }
}
