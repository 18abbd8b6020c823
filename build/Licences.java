import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Writes what the libraries and the dashboard's scripts say of their own licences, beside what jlink writes of the JDK's
 * modules: a directory for each library, in it each text by its path in the jar.
 *
 * <p>Usage: java Licences.java HOME TO
 */
final class Licences {
    private static final Pattern TEXT =
            Pattern.compile("(?:.*/)?(?:LICEN[CS]E|NOTICE|COPYING)[^/]*(?<!\\.class)", Pattern.CASE_INSENSITIVE);

    public static void main(String[] args) throws IOException {
        Path home = Path.of(args[0]);
        Path to = Path.of(args[1]);
        for (Path library : files(home.resolve("target/lib"), ".jar")) {
            Path own = to.resolve(library.getFileName().toString().replaceFirst("-[0-9].*", ""));
            try (var jar = new ZipFile(library.toFile())) {
                for (ZipEntry entry : jar.stream().toList()) {
                    if (!entry.isDirectory() && TEXT.matcher(entry.getName()).matches()) {
                        write(own, entry.getName(), jar.getInputStream(entry).readAllBytes());
                    }
                }
            }
        }
        for (Path text : files(home.resolve("src/main/resources/dev/holdfast/dashboard/vendor"), "LICENSE")) {
            write(to.resolve("dashboard"), text.getFileName().toString(), Files.readAllBytes(text));
        }
    }

    private static void write(Path below, String name, byte[] text) throws IOException {
        Path file = below.resolve(name).normalize();
        if (!file.startsWith(below)) {
            throw new IOException(name + " leads out of its library");
        }
        Files.createDirectories(file.getParent());
        Files.write(file, text);
    }

    private static List<Path> files(Path dir, String suffix) throws IOException {
        try (Stream<Path> all = Files.list(dir)) {
            return all.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
        }
    }
}
