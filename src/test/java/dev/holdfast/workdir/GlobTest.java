package dev.holdfast.workdir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "*, film.mp4, true",
        "*, .part, false",
        ".*, .part, true",
        "*, sub/film.mp4, false",
        "*.mp4, film.mp4, true",
        "*.mp4, film.mp4.part, false",
        "f*m*.mp4, film.mp4, true",
        "fil?.mp4, film.mp4, true",
        "?, é, true",
        "?, ab, false",
        "film [id].mp4, film [id].mp4, true",
        "film [id].mp4, film i.mp4, false",
        "sub/*.mp4, sub/film.mp4, true",
        "sub/*.mp4, film.mp4, false",
        "sub/*.mp4, other/film.mp4, false",
        "*/*.mp4, sub/film.mp4, true",
        "**/*.mp4, film.mp4, true",
        "**/*.mp4, a/b/c/film.mp4, true",
        "**/*.mp4, a/.b/film.mp4, false",
        "a/**/b/*, a/b/x, true",
        "a/**/b/*, a/1/2/b/x, true",
        "a/**/b/*, a/1/2/x, false",
        "a/**/**/b, a/b, true",
        "**, a/b/c, true",
        "sub/**, sub/a, true",
    })
    void meansWhatAShellWould(String pattern, String path, boolean meant) {
        assertThat(means(Glob.of(pattern), List.of(path.split("/", -1)))).isEqualTo(meant);
    }

    @Test
    void comparesBytesThatAreNoText() {
        Glob any = Glob.of("a?*");
        byte[] name = "a\u00ff\u00fe".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(any.means(any.begin(), name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/etc/*", "a//b", "../x", "a/./b", "a/..", "a/"})
    void refusesWhatIsNotBelowADirectory(String pattern) {
        assertThatThrownBy(() -> Glob.of(pattern)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Timeout(10)
    void isNotSlowedDownByANameThatNearlyFits() {
        Glob hard = Glob.of("*a".repeat(400) + "b");
        byte[] name = "a".repeat(255).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 100; i++) {
            assertThat(hard.means(hard.begin(), name)).isFalse();
        }
    }

    private static boolean means(Glob glob, List<String> path) {
        long set = glob.begin();
        for (Iterator<String> it = path.iterator(); it.hasNext(); ) {
            byte[] name = it.next().getBytes(StandardCharsets.UTF_8);
            if (!it.hasNext()) {
                return glob.means(set, name);
            }
            set = glob.below(set, name);
        }
        throw new AssertionError();
    }
}
