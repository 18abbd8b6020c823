package dev.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The document says what is so. */
class OpenApiTest {
    private static final Path FILE = Path.of("src/main/resources/dev/holdfast/api/openapi.json");
    private static final Caller ALL = new Caller("ann", "socket", Scope.ADMIN.all());

    private final Api api = new Api(new MadeUp(1, false).port(), _ -> {});
    private final Map<String, Schema> schemas = new HashMap<>();

    private static Map<?, ?> served(Api api) {
        var answer = (HttpAnswer.Whole) api.answer(
                new HttpRequest("GET", "/api/v1/openapi.json", Map.of(), "", 0),
                new Caller("nobody", "10.0.0.1", java.util.Set.of()));
        assertThat(answer.status()).isEqualTo(200);
        return (Map<?, ?>) read(new String(answer.body(), StandardCharsets.UTF_8));
    }

    private static Object read(String json) {
        return Jsonb.builder().build().type(Object.class).fromJson(json);
    }

    /** {@code -Dholdfast.openapi=write} writes it. */
    @Test
    void isWhatTheRoutesAndRecordsSay() throws IOException {
        String made = OpenApi.json(api.routes());
        if ("write".equals(System.getProperty("holdfast.openapi"))) {
            Files.writeString(FILE, made);
        }
        assertThat(Files.readString(FILE))
                .as("routes or records have changed: run this test with -Dholdfast.openapi=write")
                .isEqualTo(made);
    }

    @Test
    void hasEveryRouteAndNoOther() {
        var documented = new TreeSet<String>();
        var ids = new HashSet<Object>();
        at(served(api), "paths")
                .forEach((path, operations) -> ((Map<?, ?>) operations).forEach((method, operation) -> {
                    documented.add(method.toString().toUpperCase(Locale.ROOT) + " " + path);
                    ids.add(((Map<?, ?>) operation).get("operationId"));
                }));
        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(api.routes().stream()
                        .map(r -> r.method() + " /" + r.template())
                        .toList());
        assertThat(ids).hasSize(api.routes().size());
    }

    /** What is there, step by step. */
    private static Map<?, ?> at(Object document, String... steps) {
        Object at = document;
        for (String step : steps) {
            Object below = ((Map<?, ?>) at).get(step);
            assertThat(below).as("%s of %s", step, String.join(" ", steps)).isNotNull();
            at = Objects.requireNonNull(below);
        }
        return (Map<?, ?>) at;
    }

    private Schema schema(Map<?, ?> document, String path, String method, int status, String media) {
        return schemas.computeIfAbsent(method + path + status + media, _ -> {
            Map<?, ?> responses = at(document, "paths", path, method, "responses");
            String known = Integer.toString(status);
            if (!responses.containsKey(known)) {
                assertThat(responses.get("default")).isEqualTo(Map.of("$ref", "#/components/responses/Refused"));
            }
            Map<?, ?> response = responses.containsKey(known)
                    ? at(responses, known)
                    : at(document, "components", "responses", "Refused");
            var root = OpenApi.map(
                    "components",
                    at(document, "components"),
                    "allOf",
                    List.of(at(response, "content", media, "schema")));
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Jsonb.builder().build().toJson(root));
        });
    }

    private void check(Map<?, ?> document, Route route, HttpAnswer answer) throws Exception {
        String media = answer.headers().getOrDefault("Content-Type", "");
        String path = "/" + route.template();
        String method = route.method().toLowerCase(Locale.ROOT);
        switch (answer) {
            case HttpAnswer.Whole whole -> {
                String body = new String(whole.body(), StandardCharsets.UTF_8);
                assertThat(schema(document, path, method, whole.status(), media).validate(body, InputFormat.JSON))
                        .as("%s %s: %s", method, path, body)
                        .isEmpty();
            }
            case HttpAnswer.Flow flow ->
                throw new AssertionError(path + " has a schema, and is written by pieces: " + flow);
            case HttpAnswer.Stream stream -> {
                try (HttpAnswer.Source source = stream.source()) {
                    assertThat(source.next(Duration.ofSeconds(1))).isNotEmpty();
                }
            }
        }
    }

    @Test
    void everyAnswerIsAsItSays() throws Exception {
        Map<?, ?> document = served(api);
        int refused = 0;
        for (int seed = 0; seed < 60; seed++) {
            var any = new Api(new MadeUp(seed, true).port(), bug -> {
                throw new AssertionError(bug);
            });
            for (Route route : any.routes()) {
                if (route.template().equals("openapi.json")) {
                    continue;
                }
                String target = "/api/v1/" + route.template().replaceAll("\\{\\w+}", "x");
                HttpAnswer answer = any.answer(new HttpRequest(route.method(), target, Map.of(), body(route), 0), ALL);
                check(document, route, answer);
                refused += answer.status() >= 400 ? 1 : 0;
            }
        }
        assertThat(refused).isGreaterThan(50);
    }

    private static String body(Route route) {
        Class<?> takes = route.takes();
        if (takes == null) {
            return "";
        }
        return switch (takes.getSimpleName()) {
            case "Request" -> "{\"names\":[]}";
            case "AlertHush" -> "{\"pattern\":\"*\",\"seconds\":5}";
            case "Take" -> "{\"worker\":\"w\"}";
            case "WorkerWord" -> "{\"token\":5}";
            case "Submission" -> "{\"payload\":{}}";
            default -> "";
        };
    }

    @Test
    void aSchemaRefusesWhatIsNotSo() {
        Map<?, ?> document = served(api);
        Schema me = schema(document, "/me", "get", 200, Route.JSON);
        assertThat(me.validate("{\"name\":\"a\",\"from\":\"b\",\"scopes\":[]}", InputFormat.JSON))
                .isEmpty();
        assertThat(me.validate("{\"name\":null,\"from\":\"b\",\"scopes\":[]}", InputFormat.JSON))
                .isNotEmpty();
        assertThat(me.validate("{\"name\":\"a\",\"from\":\"b\",\"scopes\":[],\"more\":1}", InputFormat.JSON))
                .isNotEmpty();
        assertThat(me.validate("{\"name\":\"a\"}", InputFormat.JSON)).isNotEmpty();
    }

    @Test
    void documentsAreWhatOpenApiAsksFor() {
        Map<?, ?> document = served(api);
        assertThat(document.get("openapi")).isEqualTo("3.1.0");
        assertThat(Jsonb.builder().build().toJson(document))
                .contains("Seconds, at most, until it is over.", "of one core");
        String text = Jsonb.builder().build().toJson(document);
        var names = at(document, "components", "schemas").keySet();
        var m = java.util.regex.Pattern.compile("#/components/schemas/(\\w+)").matcher(text);
        while (m.find()) {
            assertThat(names.stream().map(String::valueOf)).contains(m.group(1));
        }
    }
}
