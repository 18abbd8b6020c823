import java.util.List;
import oshi.SystemInfo;
import oshi.software.os.OSProcess;

/** Looks of OSHI at all processes: prints NANOSECONDS COUNT a line. Usage: Oshi.java ROUNDS */
final class Oshi {
    public static void main(String[] args) {
        var system = new SystemInfo().getOperatingSystem();
        for (int i = 0; i < Integer.parseInt(args[0]); i++) {
            long began = System.nanoTime();
            List<OSProcess> all = system.getProcesses();
            long used = 0;
            for (OSProcess p : all) {
                used += p.getUserTime() + p.getKernelTime() + p.getResidentSetSize() + p.getParentProcessID();
            }
            System.out.println((System.nanoTime() - began) + " " + all.size() + (used < 0 ? "!" : ""));
        }
    }
}
