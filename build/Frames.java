import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Copies jars, giving classes compiled for Java 5 and before the frames of today's format: without them a class is
 * verified the old way at every start, and an AOT cache takes none. picocli is such a one; a start is a third quicker.
 *
 * <p>Usage: java Frames.java FROM_DIR TO_DIR
 */
final class Frames {
    private static final int FIRST_WITH_FRAMES = 51;

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
            for (JarEntry entry : Collections.list(jar.entries())) {
                byte[] bytes = jar.getInputStream(entry).readAllBytes();
                out.putNextEntry(new JarEntry(entry.getName()));
                out.write(entry.getName().endsWith(".class") && isOld(bytes) ? framed(classFile, bytes) : bytes);
                out.closeEntry();
            }
        }
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
