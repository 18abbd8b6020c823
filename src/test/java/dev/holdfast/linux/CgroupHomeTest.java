package dev.holdfast.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On trees of plain files, as hosts and containers of different kinds show them. */
class CgroupHomeTest {
    @TempDir
    private Path dir;

    private Path proc;
    private Path mount;

    @BeforeEach
    void make() throws IOException {
        proc = dir.resolve("proc");
        Files.createDirectories(proc.resolve("self"));
        mount = Files.createDirectories(dir.resolve("sys fs/cgroup"));
    }

    @Test
    void usesTheRootOfABareHost() throws IOException {
        sees("/", "/");
        group("", "cpu memory pids io");
        assertThat(base()).isEqualTo(mount.resolve("holdfast"));
    }

    @Test
    void usesItsGroupInTheHostsNamespace() throws IOException {
        sees("/", "/docker/abc");
        group("", "cpu memory pids io");
        group("docker/abc", "memory");
        assertThat(base()).isEqualTo(mount.resolve("docker/abc/holdfast"));
        assertThat(mount.resolve("docker/abc/cgroup.subtree_control")).hasContent("+memory");
        assertThat(mount.resolve("docker/abc/holdfast/_daemon/cgroup.procs")).hasContent("4711");
        assertThat(mount.resolve("cgroup.subtree_control")).isEmptyFile();
    }

    @Test
    void findsItsGroupMountedAloneWithTheHostsNames() throws IOException {
        sees("/docker/abc", "/docker/abc");
        group("", "memory");
        assertThat(base()).isEqualTo(mount.resolve("holdfast"));
    }

    @Test
    void staysWhereAnEarlierDaemonWas() throws IOException {
        sees("/", "/service/holdfast/_daemon");
        group("service", "memory");
        Files.writeString(mount.resolve("service/holdfast/_daemon/cgroup.controllers"), "memory");
        assertThat(base()).isEqualTo(mount.resolve("service/holdfast"));
    }

    @Test
    void namesControllersThatAreMissing() throws IOException {
        sees("/", "/");
        group("", "memory pids");
        var ready = (CgroupHome.Ready) CgroupHome.open(proc, 4711, "holdfast");
        assertThat(ready.lacking()).containsOnlyKeys("cpu", "io");
    }

    @Test
    void saysWhenOnlyTheOldHierarchyHasControllers() throws IOException {
        sees("/", "/");
        group("", "");
        assertThat(none())
                .contains("no controller that limits need is handed down")
                .contains(mount.toString());
        assertThat(mount.resolve("holdfast/_daemon/cgroup.procs")).isEmptyFile();
        group("", "hugetlb misc");
        assertThat(none()).contains("no controller that limits need is handed down");
        assertThat(mount.resolve("holdfast/_daemon/cgroup.procs")).isEmptyFile();
    }

    @Test
    void saysWhenThereIsNoUnifiedHierarchy() throws IOException {
        Files.writeString(proc.resolve("self/cgroup"), "4:memory:/a\n");
        Files.writeString(proc.resolve("self/mountinfo"), "");
        assertThat(none()).contains("not mounted");
    }

    @Test
    void saysWhenItsOwnGroupIsNotToBeSeen() throws IOException {
        sees("/docker/other", "/docker/abc");
        group("", "memory");
        assertThat(none()).contains("/docker/abc is not to be seen");
    }

    @Test
    void saysWhenItsOwnGroupLiesAboveItsNamespace() throws IOException {
        sees("/", "/../abc");
        group("", "memory");
        assertThat(none()).contains("/../abc is not to be seen");
    }

    @Test
    void saysWhenItMayNotWrite() throws IOException {
        sees("/", "/");
        Files.writeString(mount.resolve("cgroup.controllers"), "memory");
        Files.writeString(mount.resolve("holdfast"), "in the way");
        assertThat(none()).contains("no group can be made in").contains("Delegate=yes");
    }

    @Test
    void looksWithoutMakingAnything() throws IOException {
        sees("/", "/");
        group("", "cpu memory");
        Files.writeString(mount.resolve("cgroup.procs"), "");
        assertThat(CgroupHome.look(proc))
                .isInstanceOfSatisfying(
                        CgroupHome.Ready.class, r -> assertThat(r.lacking()).containsOnlyKeys("pids", "io"));
        assertThat(mount.resolve("holdfast/_daemon/cgroup.procs")).isEmptyFile();
        assertThat(mount.resolve("cgroup.subtree_control")).isEmptyFile();
    }

    @Test
    void usesAGroupThatWasHandedOverAndStaysOutOfIt() throws IOException {
        sees("/", "/system.slice/holdfast.service");
        group("", "cpu memory");
        group("system.slice/holdfast.service", "");
        group("system.slice/instances.service", "memory");
        Path group = mount.resolve("system.slice/instances.service");
        Files.writeString(group.resolve("cgroup.procs"), "77\n");
        markAsDelegated(group);
        assertThat(CgroupHome.lookHandedOver(proc, "/system.slice/instances.service"))
                .isInstanceOf(CgroupHome.Ready.class);
        assertThat(group.resolve("holdfast/_daemon/cgroup.procs")).isEmptyFile();
        assertThat(CgroupHome.openHandedOver(proc, "/system.slice/instances.service", "holdfast"))
                .isInstanceOfSatisfying(
                        CgroupHome.Ready.class, r -> assertThat(r.base().dir()).isEqualTo(group.resolve("holdfast")));
        // Who kept it makes way, since a group that hands controllers down holds no process.
        assertThat(group.resolve("holdfast/_daemon/cgroup.procs")).hasContent("77");
        assertThat(group.resolve("cgroup.subtree_control")).hasContent("+memory");
    }

    @Test
    void refusesAGroupThatNobodyHandedOver() throws IOException {
        assumeThat(Files.getAttribute(dir, "unix:uid"))
                .as("only root owns everything")
                .isEqualTo(0);
        Files.setAttribute(proc.resolve("self"), "unix:uid", 0);
        sees("/", "/");
        group("system.slice/instances.service", "memory");
        assertThat(handedOver("/system.slice/instances.service"))
                .contains("was not handed over to this user", "Delegate=yes");
        assertThat(mount.resolve("system.slice/instances.service/cgroup.subtree_control"))
                .isEmptyFile();
    }

    @Test
    void takesAGroupThatItsUserOwns() throws IOException {
        assumeThat(Files.getAttribute(dir, "unix:uid"))
                .as("only root can give away")
                .isEqualTo(0);
        sees("/", "/");
        group("user.slice/instances.service", "memory");
        Files.setAttribute(proc.resolve("self"), "unix:uid", 1000);
        assertThat(handedOver("/user.slice/instances.service")).contains("was not handed over");
        Files.setAttribute(mount.resolve("user.slice/instances.service"), "unix:uid", 1000);
        assertThat(CgroupHome.openHandedOver(proc, "/user.slice/instances.service", "holdfast"))
                .isInstanceOf(CgroupHome.Ready.class);
    }

    @Test
    void saysWhenTheGroupHandedOverIsNotThere() throws IOException {
        sees("/", "/");
        group("", "memory");
        assertThat(handedOver("/system.slice/instances.service")).contains("there is no cgroup /system.slice");
        assertThat(handedOver("instances.service")).contains("names no cgroup");
        assertThat(handedOver("/a/../b")).contains("names no cgroup");
    }

    private String handedOver(String group) {
        CgroupHome home = CgroupHome.openHandedOver(proc, group, "holdfast");
        assertThat(home).isInstanceOf(CgroupHome.None.class);
        return ((CgroupHome.None) home).why();
    }

    /** As systemd does, with the attribute that needs no capability. */
    private static void markAsDelegated(Path group) {
        var attributes = Files.getFileAttributeView(group, UserDefinedFileAttributeView.class);
        assumeThatCode(() -> attributes.write("delegate", ByteBuffer.wrap("1".getBytes(US_ASCII))))
                .as("this file system keeps attributes of users")
                .doesNotThrowAnyException();
    }

    private Path base() {
        CgroupHome home = CgroupHome.open(proc, 4711, "holdfast");
        assertThat(home).isInstanceOf(CgroupHome.Ready.class);
        return ((CgroupHome.Ready) home).base().dir();
    }

    private String none() {
        CgroupHome home = CgroupHome.open(proc, 4711, "holdfast");
        assertThat(home).isInstanceOf(CgroupHome.None.class);
        return ((CgroupHome.None) home).why();
    }

    private void sees(String mounted, String own) throws IOException {
        Files.writeString(proc.resolve("self/cgroup"), "9:name=systemd:/x\n0::" + own + "\n");
        Files.writeString(
                proc.resolve("self/mountinfo"),
                "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n41 31 0:38 " + mounted + " "
                        + mount.toString().replace(" ", "\\040") + " rw,relatime shared:5 - cgroup2 cgroup2 rw\n");
    }

    /** A group, and those that would be made in it: plain files are not made by themselves. */
    private void group(String name, String controllers) throws IOException {
        Path group = mount.resolve(name);
        for (Path each : List.of(group, group.resolve("holdfast"), group.resolve("holdfast/_daemon"))) {
            Files.createDirectories(each);
            Files.writeString(each.resolve("cgroup.subtree_control"), "");
            Files.writeString(each.resolve("cgroup.procs"), "");
        }
        Files.writeString(group.resolve("cgroup.controllers"), controllers + "\n");
    }
}
