package dev.holdfast.clean;

import dev.holdfast.config.CleanupSpec;
import dev.holdfast.linux.Handles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A cleaner over real files. */
abstract class CleanerScript {
    static final Duration OLD = Duration.ofHours(3);
    static final Duration NEW = Duration.ofHours(1);
    static final Duration TWO_HOURS = Duration.ofHours(2);
    Tree tree;

    @BeforeEach
    void plant() throws IOException {
        tree = new Tree();
    }

    @AfterEach
    void fell() throws IOException {
        tree.close();
    }

    static void grow(Tree tree, Random r) throws IOException {
        int n = r.nextInt(30);
        for (int i = 0; i < n; i++) {
            String path = "";
            for (int depth = r.nextInt(4); depth > 0; depth--) {
                path += "d" + r.nextInt(3) + "/";
            }
            tree.file(path + "f" + r.nextInt(8) + (r.nextBoolean() ? ".tmp" : ""), age(r), r.nextInt(9000));
        }
        try (var all = Files.walk(tree.root)) {
            for (Path p : all.filter(p -> r.nextInt(4) == 0).toList()) {
                if (Files.isDirectory(p)) {
                    Path link = p.resolve("link" + r.nextInt(100));
                    if (!Files.exists(link, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                        Files.createSymbolicLink(link, tree.outside);
                        Tree.age(link, age(r));
                    }
                }
            }
        }
        try (var all = Files.walk(tree.root)) {
            for (Path p : all.filter(Files::isDirectory)
                    .sorted(java.util.Comparator.reverseOrder())
                    .toList()) {
                if (!Files.isSymbolicLink(p)) {
                    Tree.age(p, age(r));
                }
            }
        }
    }

    static Duration age(Random r) {
        return Duration.ofMinutes(r.nextInt(300));
    }

    static CleanupSpec spec(Tree tree, Random r) {
        Tree.Spec spec = tree.spec().what(List.of(CleanupSpec.What.values()).get(r.nextInt(3)));
        if (r.nextBoolean()) {
            spec.name(r.nextBoolean() ? "*.tmp" : "?1*");
        }
        if (r.nextInt(4) > 0) {
            spec.olderThan(Duration.ofMinutes(r.nextInt(300)));
        }
        if (r.nextInt(3) == 0) {
            spec.largerThan(r.nextInt(8000));
        }
        if (r.nextInt(3) == 0) {
            spec.keepNewest(1 + r.nextInt(3));
        }
        if (r.nextInt(5) == 0) {
            spec.maxDepth(1 + r.nextInt(3));
        }
        if (Handles.user() == 0 && r.nextInt(20) == 0) {
            spec.unused();
        }
        return spec.made();
    }
}
