package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The whole matrix of routes and scopes, as it was promised, not as the routes say of themselves. */
class ScopesTest {
    private static final Set<String> ANYBODY = Set.of("GET me", "GET openapi.json");
    private static final Set<String> ADMIN =
            Set.of("POST reload", "POST down", "GET audit", "GET tokens", "POST tokens", "POST tokens/{name}/revoke");
    private static final Set<String> SUBMIT = Set.of(
            "POST queues/{queue}/jobs",
            "POST queues/{queue}/take",
            "POST jobs/{id}/heartbeat",
            "POST jobs/{id}/complete",
            "POST jobs/{id}/fail",
            "GET jobs/{id}");

    private static boolean may(String what, Set<Scope> scopes) {
        if (ANYBODY.contains(what)) {
            return true;
        } else if (ADMIN.contains(what)) {
            return scopes.contains(Scope.ADMIN);
        } else if (SUBMIT.contains(what) && scopes.contains(Scope.SUBMIT)) {
            return true;
        }
        return scopes.contains(what.startsWith("GET ") ? Scope.READ : Scope.OPERATE)
                && (!SUBMIT.contains(what) || what.startsWith("GET "));
    }

    @Test
    void eachScopeMayWhatItIsForAndNothingElse() {
        var api = new Api(new MadeUp(1, false).port(), bug -> {
            throw new AssertionError(bug);
        });
        List<Set<Scope>> held = List.of(
                Set.of(),
                Scope.READ.all(),
                Scope.SUBMIT.all(),
                Set.of(Scope.READ, Scope.SUBMIT),
                Scope.OPERATE.all(),
                Scope.ADMIN.all());
        int cells = 0;
        int refused = 0;
        for (Route route : api.routes()) {
            for (Set<Scope> scopes : held) {
                String what = route.method() + " " + route.template();
                var request = new HttpRequest(
                        route.method(), "/api/v1/" + route.template().replaceAll("\\{\\w+}", "x"), Map.of(), "", 0);
                int status = api.answer(request, new Caller("ann", "10.0.0.1", scopes))
                        .status();
                assertThat(status != 403).as("%s as %s", what, scopes).isEqualTo(may(what, scopes));
                cells++;
                refused += status == 403 ? 1 : 0;
            }
        }
        assertThat(cells).isGreaterThan(300);
        assertThat(refused).isGreaterThan(100);
    }
}
