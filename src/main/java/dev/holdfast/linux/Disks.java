package dev.holdfast.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The disks of this host. */
public final class Disks {
    private Disks() {}

    /**
     * Numbers, such as {@code 8:0}, of the disks that are hardware: what is stacked on them (partitions, LVM, RAID, loop)
     * passes through one of them, and its I/O would count twice.
     *
     * @param sys such as /sys
     */
    public static List<String> numbers(Path sys) {
        var numbers = new ArrayList<String>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(sys.resolve("block"))) {
            for (Path disk : all) {
                if (Files.exists(disk.resolve("device")) && Files.exists(disk.resolve("dev"))) {
                    numbers.add(Files.readString(disk.resolve("dev")).strip());
                }
            }
        } catch (IOException none) {
            return List.copyOf(numbers);
        }
        numbers.sort(null);
        return List.copyOf(numbers);
    }
}
