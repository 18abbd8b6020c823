package dev.holdfast;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The one-way rule and the bans, as tests: ARCHITECTURE.md says why. */
class ArchitectureTest {
    private static final String ROOT = "dev.holdfast.";

    /** Each room and the rooms it may use. What is not here is forbidden. */
    private static final Map<String, Set<String>> EDGES = Map.ofEntries(
            Map.entry("unit", Set.of()),
            Map.entry("event", Set.of("unit")),
            Map.entry("linux.ffi", Set.of()),
            Map.entry("linux", Set.of("linux.ffi", "event", "unit")),
            Map.entry("linux.sandbox", Set.of("linux", "event", "unit")),
            Map.entry("cron", Set.of("unit")),
            Map.entry("config", Set.of("cron", "unit")),
            Map.entry("source", Set.of("unit")),
            Map.entry("imports", Set.of("source", "cron", "unit")),
            Map.entry("crontab", Set.of("imports", "source", "cron", "unit")),
            Map.entry("audit", Set.of("unit")),
            Map.entry("audit.note", Set.of("audit", "unit")),
            Map.entry("audit.php", Set.of("audit", "audit.apache", "audit.note", "audit.nginx", "unit")),
            Map.entry("audit.apache", Set.of("audit")),
            Map.entry("audit.mariadb", Set.of("audit.note", "audit", "unit")),
            Map.entry("audit.nginx", Set.of("audit.note", "audit", "audit.systemd", "unit")),
            Map.entry("audit.redis", Set.of("audit.note", "audit", "unit")),
            Map.entry("audit.systemd", Set.of("audit.note", "audit", "unit")),
            Map.entry("audit.supervisor", Set.of("audit.note", "audit", "source", "unit")),
            Map.entry("audit.compose", Set.of("audit.note", "audit", "source", "unit")),
            Map.entry("audit.crontab", Set.of("audit.note", "audit", "cron", "unit")),
            Map.entry("audit.laravel", Set.of("audit.note", "audit", "unit")),
            Map.entry("audit.kernel", Set.of("audit.note", "audit", "unit")),
            Map.entry(
                    "survey",
                    Set.of(
                            "audit",
                            "audit.php",
                            "audit.compose",
                            "audit.crontab",
                            "audit.kernel",
                            "audit.laravel",
                            "audit.mariadb",
                            "audit.nginx",
                            "audit.note",
                            "audit.redis",
                            "audit.supervisor",
                            "audit.systemd",
                            "config",
                            "linux",
                            "event",
                            "unit")),
            Map.entry("log", Set.of("linux", "event", "unit")),
            Map.entry("process", Set.of("linux", "event", "unit")),
            Map.entry("confine", Set.of("config", "process", "linux", "linux.sandbox", "event", "unit")),
            Map.entry("run", Set.of("confine", "config", "process", "linux", "event", "unit")),
            Map.entry("supervise", Set.of("process", "config", "event", "unit")),
            Map.entry("schedule", Set.of("config", "cron", "event", "unit")),
            Map.entry("protect", Set.of("config", "linux", "event", "unit")),
            Map.entry("guard", Set.of("config", "event", "unit")),
            Map.entry("patrol", Set.of("guard", "config", "linux", "event", "unit")),
            Map.entry("job", Set.of("unit")),
            Map.entry("queue", Set.of("job", "config", "event", "unit")),
            Map.entry("workdir", Set.of("linux", "event", "unit")),
            Map.entry("heal", Set.of("config", "unit")),
            Map.entry("probe", Set.of("heal", "config", "unit")),
            Map.entry("scale", Set.of("config", "unit")),
            Map.entry("host", Set.of("heal", "config", "unit")),
            Map.entry("clean", Set.of("workdir", "config", "linux", "unit")),
            Map.entry("store", Set.of("job", "unit")),
            Map.entry("alert", Set.of("config", "event", "unit")),
            Map.entry("post", Set.of("alert", "config", "event", "unit")),
            Map.entry("api", Set.of("unit")),
            Map.entry("dashboard", Set.of("api")),
            Map.entry("metric", Set.of("api", "unit")),
            Map.entry("otlp", Set.of("metric", "pem", "config", "linux", "unit")),
            Map.entry("top", Set.of("api", "unit")),
            Map.entry("report", Set.of("api", "config", "cron", "unit")),
            Map.entry("web", Set.of("api", "pem", "config", "unit")),
            Map.entry("intent", Set.of("config", "event", "unit")),
            Map.entry("usage", Set.of("process", "linux", "event", "unit")),
            Map.entry("deeds", Set.of("patrol", "guard", "metric", "api", "config", "linux", "event", "unit")),
            Map.entry("loop", Set.of("process", "api", "metric", "linux", "unit")),
            Map.entry("chronicle", Set.of("api", "report", "event", "unit")),
            Map.entry("records", Set.of("chronicle", "api", "log", "event", "unit")),
            Map.entry(
                    "ledger",
                    Set.of("loop", "schedule", "queue", "store", "job", "log", "config", "linux", "event", "unit")),
            Map.entry("pem", Set.of()),
            Map.entry(
                    "cli",
                    Set.of(
                            "api",
                            "top",
                            "report",
                            "clean",
                            "survey",
                            "audit",
                            "audit.note",
                            "protect",
                            "patrol",
                            "guard",
                            "run",
                            "log",
                            "config",
                            "crontab",
                            "imports",
                            "source",
                            "unit")),
            Map.entry(
                    "daemon",
                    Set.of(
                            "loop",
                            "intent",
                            "usage",
                            "deeds",
                            "chronicle",
                            "records",
                            "ledger",
                            "web",
                            "cron",
                            "schedule",
                            "job",
                            "queue",
                            "workdir",
                            "clean",
                            "heal",
                            "probe",
                            "host",
                            "scale",
                            "store",
                            "alert",
                            "guard",
                            "patrol",
                            "post",
                            "survey",
                            "audit",
                            "metric",
                            "otlp",
                            "report",
                            "cli",
                            "api",
                            "dashboard",
                            "supervise",
                            "confine",
                            "process",
                            "log",
                            "config",
                            "linux",
                            "linux.sandbox",
                            "event",
                            "unit")));

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.holdfast");

    @TestFactory
    Stream<DynamicTest> usesOnlyTheRoomsBelow() {
        return EDGES.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(
                        e.getKey(), () -> only(e.getKey(), e.getValue()).check(MAIN)));
    }

    @Test
    void knowsEveryRoom() {
        var rooms = MAIN.stream()
                .map(JavaClass::getPackageName)
                .filter(p -> p.startsWith(ROOT))
                .map(p -> p.substring(ROOT.length()))
                .filter(p -> !p.equals("api.jsonb")) // generated
                .filter(p -> MAIN.stream()
                        .anyMatch(c -> c.getPackageName().equals(ROOT + p)
                                && !c.getSimpleName().equals("package-info")))
                .toList();
        assertThat(EDGES.keySet()).containsAll(rooms);
    }

    @Test
    void hasNoCycles() {
        slices().matching("dev.holdfast.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @TestFactory
    Stream<DynamicTest> keepsTheBans() {
        return Stream.of(
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("dev.holdfast.linux.ffi")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("java.lang.foreign.."),
                        noClasses()
                                .should()
                                .dependOnClassesThat()
                                .haveNameMatching("java\\.lang\\.(ProcessBuilder|ProcessHandle)(\\$.*)?")
                                .orShould()
                                .callMethodWhere(JavaCall.Predicates.target(HasOwner.Predicates.With.owner(
                                                HasName.Predicates.name("java.lang.Runtime")))
                                        .and(JavaCall.Predicates.target(HasName.Predicates.name("exec"))))
                                .because("its reaper would race ours"),
                        noClasses()
                                .that()
                                .resideInAPackage("dev.holdfast..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("io.prometheus.."),
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("dev.holdfast.store")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("java.sql..", "org.sqlite.."),
                        noClasses()
                                .that()
                                .resideOutsideOfPackages(
                                        "dev.holdfast.daemon",
                                        "dev.holdfast.loop",
                                        "dev.holdfast.usage",
                                        "dev.holdfast.deeds",
                                        "dev.holdfast.chronicle",
                                        "dev.holdfast.records",
                                        "dev.holdfast.cli")
                                .should()
                                .callMethod(System.class, "nanoTime")
                                .orShould()
                                .callMethod(System.class, "currentTimeMillis")
                                .orShould()
                                .callMethod(System.class, "exit", int.class)
                                .orShould()
                                .callMethod(java.time.Instant.class, "now")
                                .orShould()
                                .callMethod(Thread.class, "sleep", long.class),
                        noClasses()
                                .that()
                                .resideOutsideOfPackages("dev.holdfast.linux", "dev.holdfast.linux.sandbox")
                                .should()
                                .dependOnClassesThat()
                                .haveFullyQualifiedName("dev.holdfast.linux.Syscall"),
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("dev.holdfast.post")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("jakarta.mail..", "org.eclipse.angus.."),
                        noClasses().should().haveSimpleNameEndingWith("Manager"),
                        noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Impl|Base)"),
                        noFields().that().areStatic().should().notBeFinal())
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(MAIN)));
    }

    /** The rules bite: this very class, read as if it were main code, breaks the first of them. */
    @Test
    void refusesAForbiddenEdge() {
        JavaClasses planted = new ClassFileImporter().importClasses(ArchitectureTest.class);
        ArchRule rule = classes().that(resideInAPackage("dev.holdfast")).should(onlyDependOn(List.of("java..")));
        assertThat(rule.evaluate(planted).hasViolation()).isTrue();
    }

    private static ArchRule only(String room, Set<String> below) {
        var allowed = Stream.concat(Stream.of(room), below.stream())
                .map(r -> ROOT + r)
                .toList();
        DescribedPredicate<JavaClass> other = resideInAPackage("dev.holdfast..");
        for (String a : allowed) {
            other = other.and(resideOutsideOfPackage(a));
        }
        return noClasses().that().resideInAPackage(ROOT + room).should().dependOnClassesThat(other);
    }

    private static com.tngtech.archunit.lang.ArchCondition<JavaClass> onlyDependOn(List<String> packages) {
        return com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat(DescribedPredicate.describe(
                "in " + packages, c -> c.getPackageName().startsWith("java")));
    }
}
