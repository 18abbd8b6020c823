package dev.holdfast.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountsTest {
    @TempDir
    Path proc;

    @Test
    void localDisksThatAreWrittenToCountOnceEach() throws IOException {
        Files.createDirectories(proc.resolve("self"));
        Files.writeString(
                proc.resolve("filesystems"),
                "nodev\tsysfs\nnodev\ttmpfs\nnodev\toverlay\nnodev\tnfs4\nnodev\tzfs\n\text4\n\txfs\n");
        Files.writeString(proc.resolve("self/mountinfo"), """
                22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
                23 22 0:21 / /sys rw - sysfs sysfs rw
                24 22 0:22 / /run rw - tmpfs tmpfs rw
                25 22 8:2 / /srv\\040data rw,noatime - xfs /dev/sdb rw
                26 22 8:1 /home /home rw - ext4 /dev/sda1 rw
                27 22 7:0 / /snap/core ro - ext4 /dev/loop0 ro
                28 22 0:40 / /mnt/server rw - nfs4 server:/ rw
                29 22 0:41 / /tank rw - zfs tank rw
                30 22 0:42 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw
                31 22 8:3 / /caf\u00e9 rw - xfs /dev/sdc rw
                nonsense
                """, StandardCharsets.ISO_8859_1);
        assertThat(Mounts.local(proc, 9)).containsExactly("/", "/srv data", "/tank");
        assertThat(Mounts.local(proc, 2)).containsExactly("/", "/srv data");
    }

    @Test
    void thisHostHasAtLeastOne() throws IOException {
        assertThat(Mounts.local(Path.of("/proc"), 32))
                .allSatisfy(m -> assertThat(HostGauges.space(m).used()).isPositive());
    }
}
