import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final Pattern VENDORED = Pattern.compile("([a-z]+)-(\\d[\\w.]*)\\.(?:js|css)");

    /** What the dashboard's files of others are by their names, with what is inside them. */
    private static final Map<String, Script> SCRIPTS = Map.of(
            // Its file says no version of Preact: the code is that of 10.5.14, and neither of 10.5.13 nor of 10.5.15.
            "htm", new Script("Apache-2.0", List.of(new Within("preact", "10.5.14", "MIT"))),
            "uplot", new Script("MIT", List.of()));

    private record Script(String licence, List<Within> within) {}

    private record Within(String npm, String version, String licence) {}

    public static void main(String[] args) throws IOException {
        Path home = Path.of(args[0]);
        String made = Files.readString(Path.of(args[1]));
        var refs = new ArrayList<String>();
        var more = new ArrayList<String>();
        more.add(runtime(home.resolve("target/image"), refs));
        more.addAll(scripts(home.resolve("src/main/resources/dev/holdfast/dashboard/vendor"), refs));
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

    private static List<String> scripts(Path vendor, List<String> refs) throws IOException {
        var files = new TreeMap<String, List<String>>();
        for (Path file : files(vendor)) {
            String name = file.getFileName().toString();
            Matcher m = VENDORED.matcher(name);
            if (m.matches() && SCRIPTS.containsKey(m.group(1))) {
                files.computeIfAbsent(m.group(1) + "@" + m.group(2), k -> new ArrayList<>())
                        .add("{ \"type\" : \"file\", \"name\" : \"" + name + "\", " + hashes(file) + " }");
            } else if (!name.endsWith("-LICENSE")) {
                throw new IllegalStateException(file + ": whose it is, and on which terms, Materials.java does not say");
            }
        }
        var components = new ArrayList<String>();
        for (var one : files.entrySet()) {
            String[] parts = one.getKey().split("@");
            Script script = SCRIPTS.get(parts[0]);
            licence(vendor, parts[0]);
            List<String> own = one.getValue();
            for (Within w : script.within) {
                licence(vendor, w.npm);
                own.add(library(w.npm, w.version, w.licence, List.of()));
                refs.add("pkg:npm/" + w.npm + "@" + w.version);
            }
            components.add(library(parts[0], parts[1], script.licence, own));
            refs.add("pkg:npm/" + one.getKey());
        }
        return components;
    }

    /** Its text, which Licences.java delivers. */
    private static void licence(Path vendor, String npm) {
        if (!Files.isRegularFile(vendor.resolve(npm + "-LICENSE"))) {
            throw new IllegalStateException("the licence of " + npm + " is not in " + vendor);
        }
    }

    private static String library(String npm, String version, String licence, List<String> within) {
        String ref = "pkg:npm/" + npm + "@" + version;
        return """
                { "type" : "library", "bom-ref" : "%s", "name" : "%s", "version" : "%s", "purl" : "%s",
                  "licenses" : [ { "license" : { "id" : "%s" } } ]%s }"""
                .formatted(
                        ref,
                        npm,
                        version,
                        ref,
                        licence,
                        within.isEmpty() ? "" : ",\n  \"components\" : [\n" + String.join(",\n", within) + " ]");
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
