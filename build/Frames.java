import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.attribute.ModuleRequireInfo;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.constant.ModuleDesc;
import java.lang.constant.PackageDesc;
import java.lang.module.ModuleFinder;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Copies jars, giving classes compiled for Java 5 and before the frames of today's format: without them a class is
 * verified the old way at every start, and an AOT cache takes none. picocli is such a one; a start is a third quicker.
 * The mail library's need of java.desktop becomes
 * none. A jar that is no module, such as re2j, becomes one that exports all it has: jlink takes no others. Libraries that a jar
 * carries for every system, such as SQLite's, stay behind; this machine's is put beside the jars.
 *
 * <p>Usage: java Frames.java FROM_DIR TO_DIR
 */
final class Frames {
    private static final int FIRST_WITH_FRAMES = 51;
    private static final String OWN = "/native/Linux/" + architecture() + "/";

    public static void main(String[] args) throws IOException {
        Path to = Files.createDirectories(Path.of(args[1]));
        try (var jars = Files.newDirectoryStream(Path.of(args[0]), "*.jar")) {
            for (Path jar : jars) {
                copy(jar, to.resolve(jar.getFileName()));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var jar = new JarFile(from.toFile());
                var own = new URLClassLoader(new URL[] {from.toUri().toURL()});
                var out = new JarOutputStream(Files.newOutputStream(to))) {
            var classFile = ClassFile.of(
                    StackMapsOption.GENERATE_STACK_MAPS,
                    ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(own)));
            if (jar.stream().noneMatch(e -> e.getName().endsWith("module-info.class"))) {
                out.putNextEntry(new JarEntry("module-info.class"));
                out.write(descriptor(jar));
                out.closeEntry();
            }
            for (JarEntry entry : Collections.list(jar.entries())) {
                byte[] bytes = jar.getInputStream(entry).readAllBytes();
                if (entry.getName().contains("/native/")) {
                    if (entry.getName().contains(OWN) && !entry.isDirectory()) {
                        Files.write(to.resolveSibling(entry.getName().replaceFirst(".*/", "")), bytes);
                    }
                    continue;
                }
                out.putNextEntry(new JarEntry(entry.getName()));
                out.write(
                        entry.getName().equals("module-info.class")
                                ? withoutDesktop(bytes)
                                : entry.getName().endsWith(".class") && isOld(bytes) ? framed(classFile, bytes) : bytes);
                out.closeEntry();
            }
        }
    }

    /**
     * Named as the module path names it: as it says itself, else after its file, without the version. Of the JDK, and of the
     * jars beside it, it reads what its classes name and is there: what that is to be is said by Holdfast's module.
     */
    private static byte[] descriptor(JarFile jar) throws IOException {
        String file = Path.of(jar.getName()).getFileName().toString();
        String told = jar.getManifest() == null
                ? null
                : jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name");
        String name = told != null
                ? told
                : file.replaceFirst("(-\\d.*)?\\.jar$", "").replaceAll("[^A-Za-z0-9]+", ".");
        var packages = new TreeSet<String>();
        for (JarEntry entry : Collections.list(jar.entries())) {
            int slash = entry.getName().lastIndexOf('/');
            if (slash > 0 && entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/")) {
                packages.add(entry.getName().substring(0, slash).replace('/', '.'));
            }
        }
        var read = named(jar);
        read.remove(name);
        return ClassFile.of().buildModule(ModuleAttribute.of(ModuleDesc.of(name), module -> {
            module.requires(ModuleRequireInfo.of(ModuleDesc.of("java.base"), ClassFile.ACC_MANDATED, null));
            read.forEach(m -> module.requires(
                    ModuleRequireInfo.of(ModuleDesc.of(m), ClassFile.ACC_STATIC_PHASE, null)));
            packages.forEach(p -> module.exports(PackageDesc.of(p), 0));
        }));
    }

    private static Set<String> named(JarFile jar) throws IOException {
        var modules = new TreeMap<String, String>();
        for (var beside : ModuleFinder.of(Path.of(jar.getName()).toAbsolutePath().getParent()).findAll()) {
            beside.descriptor().packages().forEach(p -> modules.put(p, beside.descriptor().name()));
        }
        for (var module : ModuleFinder.ofSystem().findAll()) {
            module.descriptor().exports().stream()
                    .filter(e -> !e.isQualified())
                    .forEach(e -> modules.put(e.source(), module.descriptor().name()));
        }
        var read = new TreeSet<String>();
        for (JarEntry entry : Collections.list(jar.entries())) {
            if (entry.getName().endsWith(".class")) {
                var parsed = ClassFile.of().parse(jar.getInputStream(entry).readAllBytes());
                for (var constant : parsed.constantPool()) {
                    if (constant instanceof ClassEntry c && !c.asSymbol().isArray()) {
                        read.add(modules.getOrDefault(c.asSymbol().packageName(), "java.base"));
                    }
                }
            }
        }
        read.remove("java.base");
        return read;
    }

    /**
     * The mail library demands java.desktop, for pictures in mails, of which we send none: 14 MiB of an image. What is read
     * statically is not linked in where nobody else asks for it.
     */
    private static byte[] withoutDesktop(byte[] bytes) {
        return ClassFile.of().transformClass(ClassFile.of().parse(bytes), (builder, element) -> {
            if (!(element instanceof ModuleAttribute m)) {
                builder.with(element);
                return;
            }
            var requires = m.requires().stream()
                    .map(r -> r.requires().name().equalsString("java.desktop")
                            ? ModuleRequireInfo.of(
                                    r.requires(),
                                    r.requiresFlagsMask() | ClassFile.ACC_STATIC_PHASE,
                                    r.requiresVersion().orElse(null))
                            : r)
                    .toList();
            builder.with(ModuleAttribute.of(
                    m.moduleName(),
                    m.moduleFlagsMask(),
                    m.moduleVersion().orElse(null),
                    requires,
                    m.exports(),
                    m.opens(),
                    m.uses(),
                    m.provides()));
        });
    }

    /** As such jars name it. */
    private static String architecture() {
        String name = System.getProperty("os.arch");
        return name.equals("amd64") ? "x86_64" : name;
    }

    private static boolean isOld(byte[] bytes) {
        return ((bytes[6] & 0xff) << 8 | bytes[7] & 0xff) < FIRST_WITH_FRAMES;
    }

    private static byte[] framed(ClassFile classFile, byte[] bytes) {
        // Bodies have to pass through the builder, which works the frames out.
        var rebuilt = ClassTransform.transformingMethodBodies((code, element) -> code.with(element));
        var dated = ClassTransform.endHandler(c -> c.withVersion(FIRST_WITH_FRAMES, 0));
        return classFile.transformClass(classFile.parse(bytes), rebuilt.andThen(dated));
    }
}
