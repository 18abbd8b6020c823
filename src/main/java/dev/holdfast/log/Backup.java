package dev.holdfast.log;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An older file of a log: {@code FILE.1} is the newest, {@code FILE.2.gz} a compressed one.
 *
 * @param number how many rotations ago it was the current file, 1 or more
 */
record Backup(Path path, int number, boolean compressed) {
    static final String PACKED = ".gz";
    static final String UNFINISHED = ".gz.tmp";

    private static final Pattern NAME = Pattern.compile("(.+)\\.([1-9]\\d{0,8})(\\.gz)?");

    /** All of a log, newest first, whatever numbers a crash in the midst of a rotation has left out. */
    static List<Backup> of(Path current) throws IOException {
        var byNumber = new TreeMap<Integer, Backup>();
        Path parent = current.toAbsolutePath().getParent();
        String name = String.valueOf(current.getFileName());
        if (parent == null || !Files.isDirectory(parent)) {
            return List.of();
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                parent, f -> String.valueOf(f.getFileName()).startsWith(name + "."))) {
            for (Path file : files) {
                Matcher m = NAME.matcher(String.valueOf(file.getFileName()));
                if (m.matches() && m.group(1).equals(name)) {
                    var b = new Backup(file, Integer.parseInt(m.group(2)), m.group(3) != null);
                    byNumber.merge(b.number, b, (x, y) -> x.compressed ? x : y); // it is whole; the plain one goes next
                }
            }
        } catch (NoSuchFileException gone) {
            return List.of();
        }
        return new ArrayList<>(byNumber.values());
    }

    /** The number in its file system of the file that it was before it was compressed. */
    long identity() throws IOException {
        return compressed ? Packed.inode(path) : inode(path);
    }

    static boolean isOne(Path file) {
        return NAME.matcher(String.valueOf(file.getFileName())).matches();
    }

    static Path at(Path current, int number, boolean compressed) {
        return current.resolveSibling(current.getFileName() + "." + number + (compressed ? PACKED : ""));
    }

    /** The file's number in its file system, by which a reader that has it open knows it again. */
    static long inode(Path file) throws IOException {
        return (Long) Files.getAttribute(file, "unix:ino");
    }
}
