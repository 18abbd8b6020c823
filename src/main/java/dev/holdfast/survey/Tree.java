package dev.holdfast.survey;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A file system below a root: links, also absolute ones and those with .., lead nowhere else. Thread-safe. */
record Tree(Path root) {
    static final long LARGEST = 8 << 20;

    private static final int MOST_LINKS = 40;
    private static final int MOST_MATCHES = 10_000;

    /**
     * Where it lies really.
     *
     * @param path absolute, from the root
     * @return null: nothing is there
     */
    @Nullable
    Path real(String path) {
        Deque<String> ahead = new ArrayDeque<>(Arrays.asList(path.split("/+", -1)));
        Deque<String> walked = new ArrayDeque<>();
        int links = 0;
        while (!ahead.isEmpty()) {
            String name = ahead.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                walked.pollLast();
                continue;
            }
            Path here;
            try {
                here = below(walked).resolve(name);
            } catch (InvalidPathException noName) {
                return null;
            }
            if (!Files.isSymbolicLink(here)) {
                walked.addLast(name);
                continue;
            }
            String target = target(here);
            if (target == null || ++links > MOST_LINKS) {
                return null;
            }
            if (target.startsWith("/")) {
                walked.clear();
            }
            Arrays.asList(target.split("/+", -1)).reversed().forEach(ahead::push);
        }
        Path real = below(walked);
        return Files.exists(real, LinkOption.NOFOLLOW_LINKS) ? real : null;
    }

    private static @Nullable String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException gone) {
            return null;
        }
    }

    private Path below(Deque<String> names) {
        Path path = root;
        for (String name : names) {
            path = path.resolve(name);
        }
        return path;
    }

    boolean isFile(String path) {
        Path real = real(path);
        return real != null && Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS);
    }

    /** @throws IOException when it is no regular file, unreadable or too large */
    byte[] bytes(String path) throws IOException {
        Path real = real(path);
        if (real == null) {
            throw new IOException("it is not there");
        }
        if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) { // a FIFO would keep whoever opens it
            throw new IOException("it is no regular file");
        }
        try (var in = Files.newInputStream(real)) {
            byte[] bytes = in.readNBytes((int) LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new IOException("it is larger than 8 MiB");
            }
            return bytes;
        } catch (java.nio.file.AccessDeniedException e) {
            throw new IOException("this user may not read it", e);
        }
    }

    List<String> lines(String path) throws IOException {
        String text = new String(bytes(path), StandardCharsets.UTF_8);
        List<String> lines = new ArrayList<>(List.of(text.split("\r?\n", -1)));
        if (lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        return List.copyOf(lines);
    }

    /** Paths that match, sorted as bytes; a leading dot is matched only by one. */
    List<String> glob(String pattern) {
        List<String> found = List.of("");
        for (String part : pattern.split("/+", -1)) {
            if (!part.isEmpty()) {
                found = found.stream()
                        .flatMap(dir -> matching(dir, part))
                        .limit(MOST_MATCHES)
                        .toList();
            }
        }
        return found.stream()
                .filter(p -> !p.isEmpty())
                .sorted(Comparator.comparing(p -> p.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
                .toList();
    }

    private Stream<String> matching(String dir, String part) {
        if (part.chars().noneMatch(c -> c == '*' || c == '?' || c == '[' || c == '{')) {
            String path = dir + "/" + part;
            return real(path) == null ? Stream.empty() : Stream.of(path);
        }
        Path real = real(dir.isEmpty() ? "/" : dir);
        if (real == null || !Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
            return Stream.empty();
        }
        try (Stream<Path> entries = Files.list(real)) {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + part);
            List<String> names = entries.map(Path::getFileName)
                    .filter(matcher::matches)
                    .map(Path::toString)
                    .filter(n -> part.startsWith(".") || !n.startsWith("."))
                    .map(n -> dir + "/" + n)
                    .filter(p -> real(p) != null)
                    .toList();
            return names.stream();
        } catch (IOException | PatternSyntaxException unreadable) {
            return Stream.empty();
        }
    }
}
