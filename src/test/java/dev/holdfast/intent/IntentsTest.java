package dev.holdfast.intent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.event.Event;
import dev.holdfast.event.InstanceId;
import dev.holdfast.event.ReplicaId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntentsTest {
    private static final ReplicaId ONE = new ReplicaId("job", 1);
    private static final ReplicaId TEN = new ReplicaId("job", 10);

    private static final InstanceId A = new InstanceId("00112233445566778899aabbccddee0a");
    private static final InstanceId B = new InstanceId("00112233445566778899aabbccddee0b");

    @TempDir
    private Path dir;

    private final List<String> warnings = new ArrayList<>();
    private Path file = Path.of("/");

    @BeforeEach
    void name() {
        file = dir.resolve("intents");
    }

    @Test
    void aThousandJobsThatEndDoNotWriteTheFileAThousandTimes() throws IOException {
        Intents intents = intents();
        intents.note(completed(new ReplicaId("job", 0)));
        Object first = key();
        for (int i = 1; i < 1000; i++) {
            intents.note(completed(new ReplicaId("job", i)));
            assertThat(Files.readString(file)).as("at once, not later").endsWith("job/" + i + "=true\n");
        }
        assertThat(key()).isEqualTo(first);
        assertThat(intents().completed()).hasSize(1000);
    }

    @Test
    void theFileDoesNotGrowWithWorkThatIsDoneAgainAndAgain() throws IOException {
        Intents intents = intents();
        for (int i = 0; i < 10_000; i++) {
            intents.note(completed(ONE));
            intents.begins(ONE);
        }
        assertThat(Files.size(file)).isLessThan(40_000);
        assertThat(intents().completed()).isEmpty();
        intents.note(completed(ONE));
        assertThat(intents().completed()).containsExactly(ONE);
    }

    @Test
    void halfALineIsNoWord() throws IOException {
        Intents intents = intents();
        intents.note(completed(ONE));
        intents.stopped(Set.of("web"));
        Files.writeString(file, "completed.job/1", StandardOpenOption.APPEND); // of job/10, say
        Intents next = intents();
        assertThat(next.completed()).containsExactly(ONE);
        assertThat(next.stoppedNames()).containsExactly("web");
        next.note(completed(TEN));
        assertThat(intents().completed()).containsExactly(ONE, TEN);
    }

    @Test
    void isWrittenAnewWhenTheFileIsGone() throws IOException {
        Intents intents = intents();
        intents.note(completed(ONE));
        Files.delete(file);
        intents.note(completed(TEN));
        assertThat(intents().completed()).containsExactly(ONE, TEN);
        assertThat(warnings).isEmpty();
    }

    @Test
    void theLastWordOnAReplicaOrItsProcessCounts() {
        Intents intents = intents();
        intents.stopped(Set.of("web/1"));
        intents.started(Set.of("web"));
        assertThat(intents().stoppedNames()).isEmpty();
        intents.stopped(Set.of("web"));
        intents.started(Set.of("web/2"));
        assertThat(intents().stoppedNames()).containsExactly("web");
        assertThat(intents().startedNames()).containsExactly("web/2");
    }

    @Test
    void aStopThatHasBegunIsKnownToTheNextDaemon() {
        Intents intents = intents();
        intents.note(new Event.Stopping(Instant.EPOCH, ONE, A, "stopped by root"));
        intents.flush();
        assertThat(intents().wasEnding(ONE, A)).isTrue();
        assertThat(intents().wasEnding(ONE, B)).as("a later instance").isFalse();
        assertThat(intents().wasEnding(TEN, A)).isFalse();
    }

    @Test
    void aShutdownThatIsCutShortIsFinishedByTheNextDaemonAlone() {
        intents().forget();
        Intents next = intents();
        assertThat(next.wasEnding(ONE, A)).isTrue();
        next.begun();
        assertThat(intents().wasEnding(ONE, A)).isFalse();
    }

    @Test
    void whatComesBackIntoTheFileComesBackAsTheFileSays() {
        Intents intents = intents();
        intents.stopped(Set.of("web", "db/3"));
        intents.note(completed(ONE));
        intents.configured(new TreeMap<>());
        assertThat(intents().stoppedNames()).isEmpty();
        assertThat(intents().completed()).as("its work too").isEmpty();
    }

    private Intents intents() {
        return new Intents(file, "this-boot", warnings::add);
    }

    private Object key() throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    private static Event completed(ReplicaId replica) {
        return new Event.Completed(Instant.EPOCH, replica);
    }
}
