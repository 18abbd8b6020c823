import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Adds to the list of materials that Maven made (CycloneDX, JSON) what Maven does not know: the Java runtime, with the hash
 * of each of its files as they are delivered, and the scripts of the dashboard.
 *
 * <p>Usage: java Materials.java HOME FROM TO
 */
final class Materials {
    /** By its indentation: the plugin itself has such a list, too, before it. */
    private static final String COMPONENTS = "\n  \"components\" : [";
    private static final String DEPENDS = "\"dependsOn\" : [";

    /** A file of the dashboard's, by the beginning of its name, and what is inside it that does not say its version. */
    private record Script(String name, String npm, String licence, String within) {}

    private static final List<Script> SCRIPTS = List.of(
            new Script("htm-", "htm", "Apache-2.0", """
                    { "type" : "library", "bom-ref" : "pkg:npm/preact", "name" : "preact", "purl" : "pkg:npm/preact",
                      "description" : "within the file of htm, which does not say the version",
                      "licenses" : [ { "license" : { "id" : "MIT" } } ] }"""),
            new Script("uplot-", "uplot", "MIT", ""));

    public static void main(String[] args) throws IOException {
        Path home = Path.of(args[0]);
        String made = Files.readString(Path.of(args[1]));
        var refs = new ArrayList<String>();
        var more = new ArrayList<String>();
        more.add(runtime(home.resolve("target/image"), refs));
        Path vendor = home.resolve("src/main/resources/dev/holdfast/dashboard/vendor");
        for (Path file : files(vendor)) {
            String name = file.getFileName().toString();
            for (Script s : SCRIPTS) {
                if (name.startsWith(s.name) && name.endsWith(".js")) {
                    more.add(script(s, name.substring(s.name.length(), name.length() - ".js".length()), file, refs));
                }
            }
        }
        // The first of what depends on something is Holdfast.
        String whole = insert(insert(made, COMPONENTS, String.join(",\n", more) + ","), DEPENDS, quoted(refs) + ",");
        Files.writeString(Path.of(args[2]), whole);
    }

    private static String insert(String into, String after, String what) {
        int at = into.indexOf(after);
        if (at < 0) {
            throw new IllegalStateException("Maven's list has no " + after);
        }
        int behind = at + after.length();
        return into.substring(0, behind) + "\n" + what + into.substring(behind);
    }

    private static String runtime(Path image, List<String> refs) throws IOException {
        var jdk = new Properties();
        Path release = Path.of(System.getProperty("java.home"), "release");
        try (var in = Files.newBufferedReader(release)) {
            jdk.load(in);
        }
        String version = jdk.getProperty("JAVA_RUNTIME_VERSION", System.getProperty("java.runtime.version"))
                .replace("\"", "");
        String vendor = jdk.getProperty("IMPLEMENTOR", System.getProperty("java.vendor")).replace("\"", "");
        String ref = "pkg:generic/openjdk@" + version.replace("+", "%2B");
        refs.add(ref);
        var files = new ArrayList<String>();
        for (Path file : files(image)) {
            String name = image.relativize(file).toString();
            if (name.startsWith("bin/") || name.startsWith("lib/")) {
                files.add("{ \"type\" : \"file\", \"name\" : \"" + name + "\", \"bom-ref\" : \"file:" + name + "\", "
                        + hashes(file) + " }");
            }
        }
        return """
                { "type" : "platform", "bom-ref" : "%s", "supplier" : { "name" : "%s" }, "name" : "openjdk",
                  "version" : "%s", "purl" : "%s",
                  "description" : "Java runtime, reduced by jlink to the modules that are needed; lib/modules holds the libraries too",
                  "licenses" : [ { "expression" : "GPL-2.0-only WITH Classpath-exception-2.0" } ],
                  "components" : [
                %s ] }""".formatted(ref, vendor, version, ref, String.join(",\n", files));
    }

    private static String script(Script s, String version, Path file, List<String> refs) throws IOException {
        String ref = "pkg:npm/" + s.npm + "@" + version;
        refs.add(ref);
        return """
                { "type" : "library", "bom-ref" : "%s", "name" : "%s", "version" : "%s", "purl" : "%s",
                  "licenses" : [ { "license" : { "id" : "%s" } } ], %s%s }"""
                .formatted(
                        ref,
                        s.npm,
                        version,
                        ref,
                        s.licence,
                        hashes(file),
                        s.within.isEmpty() ? "" : ",\n  \"components\" : [ " + s.within + " ]");
    }

    private static List<Path> files(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static String quoted(List<String> refs) {
        return "\"" + String.join("\", \"", refs) + "\"";
    }

    private static String hashes(Path file) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return "\"hashes\" : [ { \"alg\" : \"SHA-256\", \"content\" : \"" + HexFormat.of().formatHex(digest) + "\" } ]";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }
}
