package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is delivered. */
@Tag("jar")
class JarTest {
    private static final Path JAR = Path.of("target/holdfast-client.jar");

    @Test
    void needsTheJdkAlone() {
        ModuleDescriptor module =
                ModuleFinder.of(JAR).find("dev.holdfast.client").orElseThrow().descriptor();
        assertThat(module.requires().stream()
                        .filter(r -> !r.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                        .map(ModuleDescriptor.Requires::name))
                .containsExactlyInAnyOrder("java.base", "java.net.http");
        assertThat(module.exports())
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactly("dev.holdfast.client");
    }

    @Test
    void hasOneClassMoreForJava22() throws Exception {
        try (var old = new JarFile(JAR.toFile(), false, JarFile.OPEN_READ, Runtime.Version.parse("17"));
                var now = new JarFile(JAR.toFile(), false, JarFile.OPEN_READ, Runtime.Version.parse("22"))) {
            String name = "dev/holdfast/client/Datagrams.class";
            assertThat(now.isMultiRelease()).isTrue();
            assertThat(old.getJarEntry(name).getRealName()).isEqualTo(name);
            assertThat(now.getJarEntry(name).getRealName()).isEqualTo("META-INF/versions/22/" + name);
            assertThat(major(old, name)).isEqualTo(61);
            assertThat(major(now, name)).isEqualTo(66);
        }
    }

    private static int major(JarFile jar, String name) throws java.io.IOException {
        try (var in = jar.getInputStream(jar.getJarEntry(name))) {
            byte[] head = in.readNBytes(8);
            return (head[6] & 0xff) << 8 | (head[7] & 0xff);
        }
    }

    @Test
    void isValid() {
        assertThat(ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(System.out, System.err, "--validate", "--file", JAR.toString()))
                .isZero();
    }
}
