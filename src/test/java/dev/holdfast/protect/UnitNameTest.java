package dev.holdfast.protect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitNameTest {
    @Test
    void takesNamesAsSystemctlDoes() {
        assertThat(UnitName.parse("nginx").name()).isEqualTo("nginx.service");
        assertThat(UnitName.parse("php8.2-fpm").name()).isEqualTo("php8.2-fpm.service");
        assertThat(UnitName.parse("user-1000.slice").kind()).isEqualTo(UnitName.Kind.SLICE);
        assertThat(UnitName.parse("getty@tty1").source()).isEqualTo("getty@.service");
        assertThat(UnitName.parse("getty@.service").template()).isTrue();
        assertThat(UnitName.parse("mnt-a\\x2db.mount").kind()).isEqualTo(UnitName.Kind.MOUNT);
    }

    @ParameterizedTest
    @CsvSource({
        "../etc/passwd, not its file",
        "a b, letters",
        "'', letters",
        "backup.timer, backup.service",
        "multi-user.target, no processes",
        "-.slice, root of all groups",
        "a--b.slice, single dashes",
        "x@y.slice, no instances",
        "@x.service, missing before @",
        ".service, missing before",
        "init.scope, systemd itself"
    })
    void refusesWhatIsNoneOrHasNoProcesses(String name, String why) {
        assertThatThrownBy(() -> UnitName.parse(name)).hasMessageContaining(why);
    }

    @Test
    void refusesLongNames() {
        assertThatThrownBy(() -> UnitName.parse("a".repeat(250))).hasMessageContaining("255");
    }

    @Test
    void showsDifferencesInContext() {
        String old = "a\nb\nc\nd\ne\nf\ng\nh\ni\n";
        assertThat(UnifiedDiff.of("x", old, "y", old)).isEmpty();
        assertThat(UnifiedDiff.of("x", old, "y", old.replace("b\n", "B\n").replace("i\n", "i\nj\n")))
                .isEqualTo(List.of(
                        "--- x",
                        "+++ y",
                        "@@ -1,5 +1,5 @@",
                        " a",
                        "-b",
                        "+B",
                        " c",
                        " d",
                        " e",
                        "@@ -7,3 +7,4 @@",
                        " g",
                        " h",
                        " i",
                        "+j"));
        assertThat(UnifiedDiff.of("/dev/null", "", "y", "a\n")).contains("@@ -0,0 +1 @@", "+a");
    }
}
