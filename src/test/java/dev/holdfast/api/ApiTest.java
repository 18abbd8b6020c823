package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ApiTest {
    private final List<String> bugs = new ArrayList<>();
    private final RememberedJobs jobs = new RememberedJobs();
    private final Api api = new Api(jobs.control(), bugs::add);

    private HttpAnswer.Whole answer(String method, String target, Set<Scope> scopes) {
        var request = new HttpRequest(method, "/api/v1/" + target, Map.of(), "", 0);
        return (HttpAnswer.Whole) api.answer(request, new Caller("ann", "socket", scopes));
    }

    private static String body(HttpAnswer.Whole answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void whatIsNotThereIsAProblemInWords() {
        for (String target : List.of("nothing", "", "status/", "queues//jobs", "jobs/a/b/c")) {
            HttpAnswer.Whole answer = answer("GET", target, Scope.ADMIN.all());
            assertThat(answer.status()).as(target).isEqualTo(404);
            assertThat(answer.headers()).containsEntry("Content-Type", "application/problem+json");
            assertThat(body(answer))
                    .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                            + "\"detail\":\"there is nothing at /api/v1/" + target + "\",\"problems\":[]}");
        }
    }

    @Test
    void anotherMethodIsToldWhichThereIs() {
        assertThat(answer("PUT", "jobs/j1", Scope.ADMIN.all()))
                .extracting(HttpAnswer::status, a -> a.headers().get("Allow"))
                .containsExactly(405, "GET");
        // its path is that of a job, and of the word for many
        assertThat(answer("DELETE", "jobs/retry", Scope.ADMIN.all()))
                .extracting(HttpAnswer::status, a -> a.headers().get("Allow"))
                .containsExactly(405, "GET, POST");
    }

    @Test
    void eachScopeMayWhatItsRouteAsksForAndNothingElse() {
        for (Route route : api.routes()) {
            String target = route.template().replaceAll("\\{[a-z]+}", "gone");
            for (Scope scope : Scope.values()) {
                int status = answer(route.method(), target, scope.all()).status();
                assertThat(status == 403)
                        .as("%s %s as %s: %s", route.method(), target, scope, status)
                        .isEqualTo(!route.scopes().isEmpty()
                                && scope.all().stream().noneMatch(route.scopes()::contains));
            }
        }
    }

    @Test
    void aRefusalOfScopeNamesIt() {
        assertThat(body(answer("POST", "reload", Scope.OPERATE.all())))
                .contains("\"status\":403", "this needs the scope admin, which ann has not");
        assertThat(body(answer("GET", "jobs/j1", Set.of()))).contains("this needs the scope read or submit");
    }

    @Test
    void aPathsPlusIsAPlusAndWhatIsMisencodedIsRefused() {
        answer("GET", "jobs/a+b", Scope.READ.all());
        assertThat(jobs.asked).containsExactly("job a+b PT0S");
        assertThat(answer("GET", "jobs/%zz", Scope.READ.all()).status()).isEqualTo(400);
    }

    @Test
    void valuesThatComeTwiceOrForNothingAreRefused() {
        assertThat(body(answer("GET", "jobs?n=1&n=2", Scope.READ.all()))).contains("\"status\":400", "n comes twice");
        assertThat(body(answer("GET", "doctor?n=1", Scope.READ.all()))).contains("\"status\":400", "there is nothing");
        assertThat(answer("GET", "status?name=a&name=b", Scope.READ.all()).status())
                .isNotEqualTo(400);
    }

    @Test
    void aBugIsToldToItsMakersAndIs500() {
        var broken = new Api(RememberedJobs.failing(), bugs::add);
        HttpAnswer answer = broken.answer(
                new HttpRequest("GET", "/api/v1/doctor", Map.of(), "", 0),
                new Caller("ann", "socket", Scope.READ.all()));
        assertThat(answer.status()).isEqualTo(500);
        assertThat(bugs).singleElement().asString().contains("a bug: GET /api/v1/doctor");
    }

    private HttpAnswer.Whole post(String target, String body, Set<Scope> scopes) {
        var request = new HttpRequest("POST", "/api/v1/" + target, Map.of(), body, 0);
        return (HttpAnswer.Whole) api.answer(request, new Caller("ann", "socket", scopes));
    }

    @Test
    void everyChangeIsWrittenDownAlsoOneThatIsRefused() {
        post("jobs/retry", "{\"queue\":\"q\"}", Scope.OPERATE.all());
        post("jobs/gone/cancel", "", Scope.OPERATE.all());
        post("reload", "", Scope.READ.all());
        post("jobs/retry", "{\"quee\":1}", Scope.ADMIN.all());
        answer("GET", "queues", Scope.READ.all());
        assertThat(jobs.audit.changes)
                .extracting(
                        RecordsPort.Change::what,
                        RecordsPort.Change::body,
                        RecordsPort.Change::status,
                        RecordsPort.Change::result)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("POST jobs/retry", "{\"queue\":\"q\"}", 200, "done"),
                        org.assertj.core.groups.Tuple.tuple("POST jobs/gone/cancel", "", 404, "refused"),
                        org.assertj.core.groups.Tuple.tuple("POST reload", "", 403, "refused"),
                        org.assertj.core.groups.Tuple.tuple("POST jobs/retry", "{\"quee\":1}", 400, "refused"));
        assertThat(jobs.audit.changes)
                .allMatch(c -> c.who().equals("ann") && c.from().equals("socket"));
    }

    @Test
    void payloadsAreNotWrittenDownNorThatAWorkerIsThere() {
        post("queues/q/jobs", "{\"payload\":{\"password\":\"hunter2\"}}", Scope.SUBMIT.all());
        post("jobs/j1/complete", "{\"token\":5,\"output\":\"hunter2\"}", Scope.SUBMIT.all());
        post("queues/q/take", "{\"worker\":\"w\"}", Scope.SUBMIT.all());
        post("jobs/j1/heartbeat", "{\"token\":5}", Scope.SUBMIT.all());
        assertThat(jobs.audit.changes)
                .extracting(RecordsPort.Change::what)
                .containsExactly("POST queues/q/jobs", "POST jobs/j1/complete");
        assertThat(jobs.audit.changes.toString()).doesNotContain("hunter2");
    }

    @Test
    void whatIsWrongWithAPayloadIsNotWrittenDownInItsOwnWords() {
        for (String body :
                List.of("{\"payload\":{\"password\":hunter2}}", "{\"hunter2\":1}", "{\"payload\":\"hunter2")) {
            assertThat(post("queues/q/jobs", body, Scope.SUBMIT.all()).status()).isEqualTo(400);
            assertThat(post("jobs/j1/complete", body, Scope.SUBMIT.all()).status())
                    .isEqualTo(400);
        }
        assertThat(jobs.audit.changes)
                .hasSize(6)
                .allMatch(c -> c.status() == 400 && c.result().equals("refused"));
        assertThat(jobs.audit.changes.toString()).doesNotContain("hunter2");
    }

    @Test
    void ofWhatItsCallerMayNotAtAllLittleIsWrittenDown() {
        post("processes/" + "x".repeat(5000) + "/stop", "y".repeat(5000), Scope.READ.all());
        assertThat(jobs.audit.changes).singleElement().satisfies(c -> {
            assertThat(c.status()).isEqualTo(403);
            assertThat(c.body()).isEmpty();
            assertThat(c.what()).startsWith("POST processes/xxx").hasSizeLessThan(200);
        });
    }

    @Test
    void meIsWhoAsks() {
        assertThat(body(answer("GET", "me", Scope.OPERATE.all())))
                .isEqualTo("{\"name\":\"ann\",\"from\":\"socket\",\"scopes\":[\"read\",\"submit\",\"operate\"]}");
        assertThat(answer("GET", "me", Set.of()).status()).isEqualTo(200);
    }
}
