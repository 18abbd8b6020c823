package dev.holdfast.patrol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.unit.MonoTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UserNamesTest {
    private final Map<Integer, String> service = new HashMap<>();
    private int asked;
    private MonoTime now = new MonoTime(0);
    private final UserNames names = new UserNames(uid -> {
        asked++;
        return service.getOrDefault(uid, Integer.toString(uid));
    });

    private void after(Duration time) {
        now = now.plus(time);
    }

    @Test
    void aNameIsAskedForOnceAndAgainWhenItIsOld() {
        service.put(7, "alice");
        assertThat(names.of(7, now)).isEqualTo("alice");
        service.put(7, "bob");
        after(Duration.ofMinutes(9));
        assertThat(names.of(7, now)).isEqualTo("alice");
        assertThat(asked).isEqualTo(1);
        after(Duration.ofMinutes(2));
        assertThat(names.of(7, now)).isEqualTo("bob");
    }

    @Test
    void whoHadOnlyANumberIsToldWhenItHasAName() {
        assertThat(names.of(7, now)).isEqualTo("7");
        service.put(7, "alice");
        assertThat(names.named(7, "7", now)).isFalse();
        after(Duration.ofMinutes(2));
        assertThat(names.named(7, "7", now)).isTrue();
        assertThat(names.named(8, "carol", now)).isFalse();
        assertThat(names.of(-1, now)).isEmpty();
    }
}
