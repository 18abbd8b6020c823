package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * An image layout as a runtime reads it, by the OCI image specification 1.1: from {@code oci-layout} to the layers, each
 * descriptor compared with what it describes.
 *
 * @param root of the unpacked tar
 * @param config what the image's configuration says
 * @param layers the lowest first, as files
 */
record OciLayout(Path root, Map<?, ?> config, List<Path> layers) {
    private static final String TYPES = "application/vnd.oci.image.";

    /** Unpacks {@code tar} and reads it. */
    static OciLayout of(Path tar, Path into) throws IOException {
        Files.createDirectories(into);
        unpack(tar, into);
        assertThat(json(into.resolve("oci-layout"))).isEqualTo(Map.of("imageLayoutVersion", "1.0.0"));
        Map<?, ?> index = json(into.resolve("index.json"));
        version(index, "index.v1+json");
        List<?> manifests = list(index, "manifests");
        assertThat(manifests).hasSize(1);
        Map<?, ?> first = (Map<?, ?>) manifests.getFirst();
        Map<?, ?> manifest = json(blob(into, first, "manifest.v1+json"));
        version(manifest, "manifest.v1+json");
        Map<?, ?> config = json(blob(into, map(manifest, "config"), "config.v1+json"));
        assertThat(config.get("os"))
                .isEqualTo("linux")
                .isEqualTo(map(first, "platform").get("os"));
        assertThat(config.get("architecture")).isEqualTo(map(first, "platform").get("architecture"));

        var layers = new ArrayList<Path>();
        var diffs = new ArrayList<String>();
        for (Object described : list(manifest, "layers")) {
            Path layer = blob(into, (Map<?, ?>) described, "layer.v1.tar+gzip");
            layers.add(layer);
            try (var plain = new GZIPInputStream(Files.newInputStream(layer))) {
                diffs.add("sha256:" + digest(plain));
            }
        }
        assertThat(map(config, "rootfs").get("type")).isEqualTo("layers");
        assertThat(list(map(config, "rootfs"), "diff_ids")).isEqualTo(diffs);
        assertThat(list(config, "history")).hasSameSizeAs(diffs);
        var layout = new OciLayout(into, config, layers);
        layout.hasNoOtherBlobs(first, map(manifest, "config"));
        return layout;
    }

    /** What `docker load` read before it knew layouts: the same blobs. */
    Map<?, ?> archive() throws IOException {
        List<?> all = (List<?>) parse(root.resolve("manifest.json"));
        assertThat(all).hasSize(1);
        return (Map<?, ?>) all.getFirst();
    }

    /** The layers one over the other, as a runtime puts them there. */
    void unpackTo(Path rootfs) throws IOException {
        Files.createDirectories(rootfs);
        for (Path layer : layers) {
            unpack(layer, rootfs);
        }
    }

    /** What a runtime executes. */
    List<String> command() {
        Map<?, ?> how = map(config, "config");
        return Stream.concat(list(how, "Entrypoint").stream(), list(how, "Cmd").stream())
                .map(String::valueOf)
                .toList();
    }

    /** With which environment. */
    List<String> environment() {
        return list(map(config, "config"), "Env").stream().map(String::valueOf).toList();
    }

    static Map<?, ?> map(Map<?, ?> of, String key) {
        return (Map<?, ?>) value(of, key);
    }

    static List<?> list(Map<?, ?> of, String key) {
        return (List<?>) value(of, key);
    }

    private static Object value(Map<?, ?> of, String key) {
        return Objects.requireNonNull(of.get(key), key);
    }

    private void hasNoOtherBlobs(Map<?, ?> manifest, Map<?, ?> configuration) throws IOException {
        var named = new TreeSet<Path>(layers);
        named.add(path(root, manifest));
        named.add(path(root, configuration));
        try (Stream<Path> all = Files.list(root.resolve("blobs/sha256"))) {
            assertThat(all).containsExactlyInAnyOrderElementsOf(named);
        }
    }

    private static void version(Map<?, ?> document, String type) {
        assertThat(((Number) value(document, "schemaVersion")).intValue()).isEqualTo(2);
        assertThat(document.get("mediaType")).isEqualTo(TYPES + type);
    }

    private static Path path(Path root, Map<?, ?> descriptor) {
        return root.resolve("blobs")
                .resolve(value(descriptor, "digest").toString().replace(':', '/'));
    }

    private static Path blob(Path root, Map<?, ?> descriptor, String type) throws IOException {
        assertThat(descriptor.get("mediaType")).isEqualTo(TYPES + type);
        Path file = path(root, descriptor);
        assertThat(Files.size(file)).isEqualTo(((Number) value(descriptor, "size")).longValue());
        try (InputStream in = Files.newInputStream(file)) {
            assertThat(descriptor.get("digest")).isEqualTo("sha256:" + digest(in));
        }
        return file;
    }

    private static String digest(InputStream in) throws IOException {
        try (var digested = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            digested.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digested.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    private static void unpack(Path tar, Path into) {
        var ran = DaemonUnderTest.runPlain(
                List.of("tar", "--extract", "--file", tar.toString(), "--directory", into.toString()));
        assertThat(ran.exit()).as(ran.err()).isZero();
    }

    private static Object parse(Path file) throws IOException {
        return Jsonb.builder().build().type(Object.class).fromJson(Files.readString(file));
    }

    private static Map<?, ?> json(Path file) throws IOException {
        return (Map<?, ?>) parse(file);
    }
}
