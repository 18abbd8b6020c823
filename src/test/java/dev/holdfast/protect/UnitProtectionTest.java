package dev.holdfast.protect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.protect.UnitProtection.Ended;
import dev.holdfast.protect.UnitProtection.Mode;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.CpuAmount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnitProtectionTest {
    private static final UnitName WEB = UnitName.parse("web");

    @TempDir
    private Path dir;

    private final List<String> out = new ArrayList<>();
    private final List<String> err = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final Map<String, String> shown = new LinkedHashMap<>();

    @BeforeEach
    void makeUnits() throws IOException {
        Files.createDirectories(dir.resolve("usr/lib/systemd/system"));
        for (String unit : List.of("web.service", "webhook.service", "mail@.service", "db.service")) {
            Files.writeString(dir.resolve("usr/lib/systemd/system").resolve(unit), "[Service]\nExecStart=/bin/true\n");
        }
        Files.createDirectories(dir.resolve("etc"));
        shown.put("Id", "web.service");
        shown.put("LoadState", "loaded");
        shown.put("FragmentPath", "/usr/lib/systemd/system/web.service");
        shown.put("DropInPaths", file().toString());
        shown.put("MemoryMax", "1000000000");
        shown.put("CPUQuotaPerSecUSec", "1s 500ms");
    }

    @Test
    void writesBytesAndSaysThatTheyHold() throws IOException {
        assertThat(protection(Mode.APPLY).protect(WEB, limits("1G", null))).isEqualTo(Ended.DONE);
        assertThat(file()).content().contains("# Written by holdfast protect", "[Service]\nMemoryMax=1000000000\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-r--r--");
        assertThat(out).contains("+MemoryMax=1000000000", "wrote " + file());
        assertThat(asked).contains("daemon-reload");
        assertThat(err).isEmpty();
        assertThat(dir.resolve("etc/systemd/system/web.service.d")).isDirectoryContaining("glob:**50-holdfast.conf");
        assertThat(dir.resolve("etc/systemd/system/web.service.d")).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void toldTwiceItChangesNothing() throws IOException {
        protection(Mode.APPLY).protect(WEB, limits("1G", null));
        out.clear();
        assertThat(protection(Mode.APPLY).protect(WEB, limits("1G", null))).isEqualTo(Ended.DONE);
        assertThat(out.getFirst()).isEqualTo(file() + " is unchanged");
    }

    @Test
    void showsHowItsFileChanges() throws IOException {
        protection(Mode.WRITE).protect(WEB, limits("1G", null));
        out.clear();
        shown.put("MemoryMax", "2000000000");
        assertThat(protection(Mode.APPLY).protect(WEB, limits("2G", "1.5"))).isEqualTo(Ended.DONE);
        assertThat(out).contains("-MemoryMax=1000000000", "+MemoryMax=2000000000", "+CPUQuota=150%", "--- " + file());
    }

    @Test
    void dryRunWritesNothing() throws IOException {
        assertThat(protection(Mode.DRY).protect(WEB, limits("1G", null))).isEqualTo(Ended.DONE);
        assertThat(out).contains("--- /dev/null", "+MemoryMax=1000000000", "dry run: nothing was written");
        assertThat(file()).doesNotExist();
    }

    @Test
    void withoutSystemdItWritesNothingUnlessToldTo() throws IOException {
        assertThat(alone(Mode.APPLY).protect(WEB, limits("1G", null))).isEqualTo(Ended.NO_SYSTEMD);
        assertThat(file()).doesNotExist();
        assertThat(err.getFirst()).contains("systemd does not run here", "nothing was changed", "--no-reload");
        assertThat(alone(Mode.WRITE).protect(WEB, limits("1G", null))).isEqualTo(Ended.DONE);
        assertThat(file()).exists();
    }

    @Test
    void namesTheFileThatOverrides() throws IOException {
        Path other = dir.resolve("etc/systemd/system/web.service.d/90-admin.conf");
        Files.createDirectories(dir.resolve("etc/systemd/system/web.service.d"));
        Files.writeString(other, "[Service]\nMemoryMax=5M\n");
        shown.put("MemoryMax", "5242880");
        shown.put("DropInPaths", file() + " " + other);
        assertThat(protection(Mode.APPLY).protect(WEB, limits("1G", null))).isEqualTo(Ended.FAILED);
        assertThat(err).singleElement().asString().contains("it is 5242880", other + " is read later", "MemoryMax=5M");
    }

    @Test
    void saysWhenTheKernelHasNoSuchController() throws IOException {
        Files.createDirectories(dir.resolve("cgroup"));
        Files.writeString(dir.resolve("cgroup/cgroup.controllers"), "cpu pids\n");
        assertThat(protection(Mode.APPLY).protect(WEB, limits("1G", null))).isEqualTo(Ended.FAILED);
        assertThat(err).singleElement().asString().contains("no memory controller", "cpu pids");
    }

    @Test
    void saysWhenALimitHasNotReachedTheGroup() throws IOException {
        Path group = Files.createDirectories(dir.resolve("cgroup/system.slice/web.service"));
        Files.writeString(dir.resolve("cgroup/cgroup.controllers"), "cpu memory pids\n");
        Files.writeString(group.resolve("memory.max"), "max\n");
        Files.writeString(group.resolve("cpu.max"), "150000 100000\n");
        shown.put("ControlGroup", "/system.slice/web.service");
        assertThat(protection(Mode.APPLY).protect(WEB, limits("1G", "1.5"))).isEqualTo(Ended.FAILED);
        assertThat(err).singleElement().asString().contains("MemoryMax", "memory.max says max");
        Files.writeString(group.resolve("memory.max"), "999997440\n"); // whole pages
        assertThat(protection(Mode.APPLY).protect(WEB, limits("1G", "1.5"))).isEqualTo(Ended.DONE);
    }

    @Test
    void hintsAtUnitsOfSuchNames() throws IOException {
        assertThat(alone(Mode.DRY).protect(UnitName.parse("wbe"), limits("1G", null)))
                .isEqualTo(Ended.NO_UNIT);
        assertThat(err).singleElement().asString().contains("no unit wbe.service", "web.service");
        shown.put("Id", "hook.service");
        shown.put("LoadState", "not-found");
        assertThat(protection(Mode.APPLY).protect(UnitName.parse("hook"), limits("1G", null)))
                .isEqualTo(Ended.NO_UNIT);
        assertThat(err.getLast()).contains("webhook.service");
    }

    @Test
    void takesAnInstanceOfATemplate() throws IOException {
        UnitName one = UnitName.parse("mail@eu");
        assertThat(alone(Mode.WRITE).protect(one, limits("1G", null))).isEqualTo(Ended.DONE);
        assertThat(dir.resolve("etc/systemd/system/mail@eu.service.d/50-holdfast.conf"))
                .exists();
    }

    @Test
    void refusesMaskedUnits() throws IOException {
        shown.put("LoadState", "masked");
        assertThat(protection(Mode.APPLY).protect(WEB, limits("1G", null))).isEqualTo(Ended.FAILED);
        assertThat(err).singleElement().asString().contains("masked", "nothing was written");
        assertThat(file()).doesNotExist();
    }

    @Test
    void leavesAnothersFileAlone() throws IOException {
        Files.createDirectories(dir.resolve("etc/systemd/system/web.service.d"));
        Files.writeString(file(), "[Service]\nNice=5\n");
        assertThat(alone(Mode.WRITE).protect(WEB, limits("1G", null))).isEqualTo(Ended.FAILED);
        assertThat(alone(Mode.WRITE).remove(WEB)).isEqualTo(Ended.FAILED);
        assertThat(file()).hasContent("[Service]\nNice=5\n");
        assertThat(err.getFirst()).contains("not written by holdfast protect");
    }

    @Test
    void writesThroughNoLink() throws IOException {
        Path elsewhere = Files.createDirectories(dir.resolve("elsewhere"));
        Files.createDirectories(dir.resolve("etc/systemd/system"));
        Files.createSymbolicLink(dir.resolve("etc/systemd/system/web.service.d"), elsewhere);
        assertThatThrownBy(() -> alone(Mode.WRITE).protect(WEB, limits("1G", null)))
                .hasMessageContaining("symbolic link");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void removesItsFileAndTheEmptyDirectory() throws IOException {
        alone(Mode.WRITE).protect(WEB, limits("1G", null));
        assertThat(alone(Mode.DRY).remove(WEB)).isEqualTo(Ended.DONE);
        assertThat(file()).exists();
        assertThat(protection(Mode.APPLY).remove(WEB)).isEqualTo(Ended.DONE);
        assertThat(dir.resolve("etc/systemd/system/web.service.d")).doesNotExist();
        assertThat(asked).contains("daemon-reload");
        assertThat(alone(Mode.WRITE).remove(WEB)).isEqualTo(Ended.DONE);
        assertThat(out.getLast()).contains("there is no");
    }

    @Test
    void warnsOfWhatIsUsedAlready() throws IOException {
        shown.put("MemoryCurrent", "3000000000");
        protection(Mode.APPLY).protect(WEB, limits("1G", null));
        assertThat(err).singleElement().asString().contains("3000000000 bytes", "1000000000 bytes");
    }

    private Path file() {
        return dir.resolve("etc/systemd/system/web.service.d/50-holdfast.conf");
    }

    private UnitProtection protection(Mode mode) {
        Systemctl systemctl = arguments -> {
            asked.add(arguments.getFirst());
            var text = new StringBuilder();
            if (arguments.getFirst().equals("show")) {
                shown.forEach((k, v) -> text.append(k).append('=').append(v).append('\n'));
            }
            return new Systemctl.Answer(0, text.toString(), "");
        };
        return new UnitProtection(
                new Site(dir, dir.resolve("cgroup"), HostSize.UNKNOWN, systemctl), mode, out::add, err::add);
    }

    private UnitProtection alone(Mode mode) {
        return new UnitProtection(
                new Site(dir, dir.resolve("cgroup"), HostSize.UNKNOWN, null), mode, out::add, err::add);
    }

    static Limits limits(@Nullable String memory, @Nullable String cpu) {
        return new Limits(
                memory == null ? null : ByteSize.parse(memory),
                null,
                null,
                cpu == null ? null : CpuAmount.parse(cpu),
                null,
                null,
                null,
                null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                null,
                null,
                null,
                null);
    }
}
