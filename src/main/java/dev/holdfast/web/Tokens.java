package dev.holdfast.web;

import dev.holdfast.api.Caller;
import dev.holdfast.api.Scope;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask over TCP: tokens of 256 random bits, shown once, when they are made. What is kept of one is its SHA-256: of
 * so many random bits that is enough, a slow hash would only help whoever floods us. Thread-safe.
 */
public final class Tokens implements Authenticator {
    /** What every token begins with, so that searches for leaked secrets find it. */
    static final String PREFIX = "hft_";

    private static final int BYTES = 32;
    private static final int MOST = 256;
    /** When one was used last is known to the hour: else each request wrote. */
    private static final Duration COARSE = Duration.ofHours(1);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern FORM = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43}");
    private final Path file;
    private final Supplier<Instant> clock;
    private final SecureRandom random = new SecureRandom();
    private volatile List<Held> held = List.of();
    /** Why the file cannot be read, and so is not written either. */
    private volatile @Nullable String trouble;

    private boolean stale;
    /** Names of those that are nobody's any more, which is not written yet. */
    private final Set<String> unwritten = new HashSet<>();

    /** One that is kept. */
    private static final class Held {
        final Token token;
        final byte[] digest;
        volatile @Nullable Instant lastUsed;

        Held(Token token, byte[] digest) {
            this.token = token;
            this.digest = digest;
            this.lastUsed = token.lastUsed();
        }

        Token now() {
            return new Token(token.name(), token.scope(), token.created(), token.expires(), lastUsed);
        }

        boolean holds(Instant now) {
            Instant end = token.expires();
            return end == null || now.isBefore(end);
        }
    }

    /**
     * What is known of one.
     *
     * @param expires null: never
     * @param lastUsed to the hour; null: never
     */
    public record Token(
            String name,
            Scope scope,
            Instant created,
            @Nullable Instant expires,
            @Nullable Instant lastUsed) {}

    /** Why one cannot be made or taken back. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why);
        }
    }

    /** @param file which need not be there; read at once */
    public Tokens(Path file, Supplier<Instant> clock) {
        this.file = file;
        this.clock = clock;
        if (Files.exists(file)) {
            try {
                held = read();
            } catch (IOException | RuntimeException e) { // the JSON library throws many kinds of them
                trouble = file + " cannot be used, so no token holds: " + e.getMessage()
                        + "; mend it, or move it away and make tokens anew";
            }
        }
    }

    /** Why none holds; null: nothing is wrong. */
    public @Nullable String trouble() {
        return trouble;
    }

    /** Those that are kept, expired ones too, in the order they were made. */
    public List<Token> list() {
        return held.stream().map(Held::now).toList();
    }

    /** Whether anybody could come with one now. */
    public boolean any() {
        Instant now = clock.get();
        return held.stream().anyMatch(h -> h.holds(now));
    }

    /**
     * Makes one.
     *
     * @param lasts null: for ever
     * @return the token itself: nobody can tell it again
     */
    public synchronized String create(String name, Scope scope, @Nullable Duration lasts) throws Refused, IOException {
        if (!NAME.matcher(name).matches()) {
            throw new Refused("\"" + name + "\" is no name of a token: letters, digits, . _ and -, 63 at most");
        }
        String broken = trouble;
        if (broken != null) {
            throw new Refused(broken);
        }
        if (held.stream().anyMatch(h -> h.token.name().equals(name))) {
            throw new Refused("there is a token " + name + " already; holdfast token revoke " + name + " ends it");
        }
        if (held.size() >= MOST) {
            throw new Refused("there are " + MOST + " tokens, and no more are kept; revoke some");
        }
        if (lasts != null && !lasts.isPositive()) {
            throw new Refused("a token holds for more than 0s");
        }
        byte[] bits = new byte[BYTES];
        random.nextBytes(bits);
        String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        Instant now = Instant.ofEpochSecond(clock.get().getEpochSecond());
        var all = new ArrayList<>(held);
        all.add(new Held(new Token(name, scope, now, lasts == null ? null : now.plus(lasts), null), digest(secret)));
        keep(all);
        return secret;
    }

    /**
     * From now on it is nobody's, also where an answer to it goes on.
     *
     * @throws IOException when the next daemon will know it again, unless a further call or {@link #tidy} writes it
     */
    public synchronized void revoke(String name) throws Refused, IOException {
        var all = new ArrayList<>(held);
        if (all.removeIf(h -> h.token.name().equals(name))) {
            held = List.copyOf(all); // whether it can be written or not
            unwritten.add(name);
            stale = true;
        } else if (!unwritten.contains(name)) {
            throw new Refused("there is no token " + name);
        }
        keep(all);
    }

    @Override
    public @Nullable Grant grant(String token, String from) {
        if (!FORM.matcher(token).matches()) {
            return null;
        }
        byte[] digest = digest(token);
        Instant now = clock.get();
        Held found = null;
        for (Held h : held) { // all of them, each in the same time: how long it takes tells nothing
            if (MessageDigest.isEqual(h.digest, digest)) {
                found = h;
            }
        }
        if (found == null || !found.holds(now)) {
            return null;
        }
        used(found, now);
        Held mine = found;
        var caller = new Caller(mine.token.name(), from, mine.token.scope().all());
        return new Grant(caller, () -> held.contains(mine) && mine.holds(clock.get()));
    }

    private void used(Held one, Instant now) {
        Instant before = one.lastUsed;
        if (before == null || !now.isBefore(before.plus(COARSE))) {
            one.lastUsed = Instant.ofEpochSecond(now.getEpochSecond());
            synchronized (this) {
                stale = true;
            }
        }
    }

    /** Writes down when they were used last, where that is new, and what could not be written before. */
    public synchronized void tidy() throws IOException {
        if (stale && trouble == null) {
            keep(held);
        }
    }

    private void keep(List<Held> all) throws IOException {
        Path fresh = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                ".tokens",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer text = StandardCharsets.UTF_8.encode(written(all));
                while (text.hasRemaining()) {
                    channel.write(text);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel dir = FileChannel.open(file.toAbsolutePath().getParent())) {
                dir.force(true);
            }
        } finally {
            Files.deleteIfExists(fresh);
        }
        held = List.copyOf(all); // not before it is kept: a token that was shown holds after a crash, too
        stale = false;
        unwritten.clear();
    }

    private static String written(List<Held> all) {
        var list = new ArrayList<Map<String, String>>();
        for (Held h : all) {
            Token t = h.now();
            var one = new LinkedHashMap<String, String>();
            one.put("name", t.name());
            one.put("scope", t.scope().word());
            one.put("sha256", HexFormat.of().formatHex(h.digest));
            one.put("created", t.created().toString());
            if (t.expires() != null) {
                one.put("expires", t.expires().toString());
            }
            if (t.lastUsed() != null) {
                one.put("last_used", t.lastUsed().toString());
            }
            list.add(one);
        }
        return json().type(Object.class).toJson(Map.of("tokens", list)) + "\n";
    }

    private List<Held> read() throws IOException {
        Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
        if (PosixFilePermissions.toString(rights).matches("....w....|.......w.")) {
            throw new IOException("others may write it, and so make tokens (chmod 600)");
        }
        if (!(json().type(Object.class).fromJson(Files.readString(file)) instanceof Map<?, ?> all)
                || !(all.get("tokens") instanceof List<?> list)) {
            throw new IOException("it is no list of tokens");
        }
        var read = new ArrayList<Held>();
        for (Object one : list) {
            if (!(one instanceof Map<?, ?> m)) {
                throw new IOException("it is no list of tokens");
            }
            byte[] digest = HexFormat.of().parseHex(text(m, "sha256"));
            if (digest.length != BYTES) {
                throw new IOException("a sha256 has 64 digits");
            }
            read.add(new Held(
                    new Token(
                            text(m, "name"),
                            Scope.valueOf(text(m, "scope").toUpperCase(Locale.ROOT)),
                            Instant.parse(text(m, "created")),
                            time(m, "expires"),
                            time(m, "last_used")),
                    digest));
        }
        return List.copyOf(read);
    }

    /** Made when there is something to read or write. */
    private static Jsonb json() {
        return Jsonb.builder().build();
    }

    private static String text(Map<?, ?> m, String key) throws IOException {
        if (m.get(key) instanceof String s) {
            return s;
        }
        throw new IOException("a token has no " + key);
    }

    private static @Nullable Instant time(Map<?, ?> m, String key) throws IOException {
        return m.containsKey(key) ? Instant.parse(text(m, key)) : null;
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
