package dev.holdfast.audit.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.audit.Auditor;
import dev.holdfast.audit.AuditorContract;
import dev.holdfast.audit.FakeGrounds;
import dev.holdfast.audit.Site;
import dev.holdfast.audit.note.Notes;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelAuditTest extends AuditorContract {
    private static final String TUNING = "/etc/sysctl.d/60-tuning.conf";

    private final KernelAudit audit = new KernelAudit();

    @Override
    protected Auditor auditor() {
        return audit;
    }

    @Override
    protected String file() {
        return TUNING;
    }

    @Override
    protected List<String> beginnings() {
        return List.of("", "vm.swappiness=");
    }

    private static FakeGrounds ordinary() {
        return new FakeGrounds()
                .sysctl("vm.swappiness", "60")
                .sysctl("vm.overcommit_memory", "0")
                .sysctl("kernel.pid_max", "4194304")
                .sysctl("fs.file-max", "9223372036854775807");
    }

    @Test
    void hasNothingAgainstAnOrdinaryHost() {
        assertThat(audit.audit(ordinary().file(TUNING, "vm.swappiness = 60")).findings())
                .isEmpty();
    }

    @Test
    void notesAHostWithoutSwap() {
        assertThat(rules(audit.audit(ordinary().swap(0)))).containsExactly("kernel-no-swap");
        assertThat(rules(audit.audit(ordinary().swap(-1)))).isEmpty();
    }

    @Test
    void findsExtremesOfSwappiness() throws Exception {
        var host = ordinary().sysctl("vm.swappiness", "0").file(TUNING, "# ours", "vm.swappiness=0");
        var finding = only(audit.audit(host), "kernel-swappiness");
        assertThat(finding.sites()).containsExactly(new Site(TUNING, 2));
        assertThat(mended(host, finding)).containsExactly("# ours", "vm.swappiness = 1");
        assertThat(rules(audit.audit(ordinary().sysctl("vm.swappiness", "150"))))
                .containsExactly("kernel-swappiness");
        assertThat(rules(audit.audit(ordinary().sysctl("vm.swappiness", "0").swap(0))))
                .containsExactly("kernel-no-swap");
    }

    @Test
    void countsWhatStrictAccountingLeaves() {
        var host = ordinary().memory(16L << 30).swap(1L << 30);
        host.sysctl("vm.overcommit_memory", "2")
                .sysctl("vm.overcommit_ratio", "50")
                .sysctl("vm.overcommit_kbytes", "0");
        assertThat(only(audit.audit(host), "kernel-overcommit").what()).contains("9 GiB in all, of 16 GiB");
        assertThat(rules(audit.audit(host.sysctl("vm.overcommit_ratio", "95")))).isEmpty();
        assertThat(rules(audit.audit(host.sysctl("vm.overcommit_kbytes", "1048576"))))
                .containsExactly("kernel-overcommit");
    }

    @Test
    void findsTooFewNumbersForProcessesAndFiles() {
        assertThat(rules(audit.audit(ordinary().sysctl("kernel.pid_max", "4096").sysctl("fs.file-max", "8192"))))
                .containsExactly("kernel-pid-max", "kernel-file-max");
        assertThat(rules(
                        audit.audit(ordinary().sysctl("kernel.pid_max", "32768").sysctl("fs.file-max", "65536"))))
                .isEmpty();
    }

    @Test
    void namesTheFileThatWins() throws Exception {
        var host = ordinary()
                .file("/usr/lib/sysctl.d/99-vendor.conf", "vm/swappiness = 10")
                .file("/etc/sysctl.d/60-tuning.conf", "-vm.swappiness=60")
                .file("/usr/lib/sysctl.d/60-tuning.conf", "vm.swappiness=77");
        var verdict = audit.audit(host);
        var finding = only(verdict, "kernel-conflict");
        assertThat(finding.what()).contains("10 of /usr/lib/sysctl.d/99-vendor.conf:1 wins");
        assertThat(mended(host, finding).getFirst()).startsWith("# overridden in /usr/lib/sysctl.d/99-vendor.conf:1");
        assertThat(only(verdict, "kernel-live").what()).contains("is 60 now").contains("says 10");
        assertThat(verdict.looked()).doesNotContain("/usr/lib/sysctl.d/60-tuning.conf");
    }

    @Test
    void leavesWhatOverridesAPackageAlone() {
        var host = ordinary()
                .file("/usr/lib/sysctl.d/50-vendor.conf", "vm.swappiness = 10")
                .file(TUNING, "vm.swappiness = 60");
        assertThat(audit.audit(host).findings()).isEmpty();
    }

    @Test
    void readsTheOldFileLastAndOnce() {
        var host = new FakeGrounds()
                .file("/etc/sysctl.d/99-sysctl.conf", "a.b=1")
                .file("/etc/sysctl.conf", "a.b=1", "c = 1   2\t3", "-glob.*", ";x", "# y");
        var read = SysctlFiles.read(new Notes(host, KernelAudit.UNREADABLE));
        assertThat(read.get("a.b")).containsExactly(new SysctlFiles.Set("1", new Site("/etc/sysctl.conf", 1)));
        assertThat(read.get("c")).extracting(SysctlFiles.Set::value).containsExactly("1 2 3");
    }

    @Test
    void saysThatALineIsNoSetting() {
        assertThat(only(audit.audit(ordinary().file(TUNING, "vm.swappiness 10")), "kernel-unreadable")
                        .sites())
                .containsExactly(new Site(TUNING, 1));
    }
}
