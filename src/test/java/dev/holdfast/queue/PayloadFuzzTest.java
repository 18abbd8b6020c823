package dev.holdfast.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.QueueSpec.FieldSpec;
import dev.holdfast.config.QueueSpec.FieldType;
import dev.holdfast.queue.Payload.Checked;
import dev.holdfast.queue.Payload.Wrong;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Payloads that nobody thought of. A failure names its seed. */
class PayloadFuzzTest {
    private static final int MANY = 100_000;
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private static final String GOOD_URL = "https://example.org/watch?v=1#x";
    private static final Map<String, String> GOOD =
            Map.of("url", GOOD_URL, "count", "7", "name", "ab-cd", "title", "T", "quality", "720p", "file", "a/b.mp4");

    private final Payload payload = Payload.of(PayloadTest.FIELDS);

    /** A payload with one thing wrong, and where. */
    private record Bad(String field, Map<String, String> payload) {}

    @Test
    void refusesEachBadPayloadWithItsFieldAndInTime() {
        for (int seed = 0; seed < MANY; seed++) {
            Bad bad = bad(new Random(seed));
            long began = System.nanoTime();
            Checked checked = payload.check(bad.payload());
            long nanos = System.nanoTime() - began;
            assertThat(nanos).as("seed %d took too long", seed).isLessThan(LONGEST.toNanos());
            String field = Shown.of(bad.field(), 64);
            if (!(checked instanceof Checked.Unsound(List<Wrong> problems))
                    || problems.stream().noneMatch(p -> p.field().equals(field))
                    || problems.stream().anyMatch(p -> p.problem().length() > 1000 || hasControls(p))) {
                throw new AssertionError("seed " + seed + ": " + bad + " came to " + checked);
            }
        }
    }

    private static boolean hasControls(Wrong wrong) {
        return (wrong.field() + wrong.problem()).chars().anyMatch(Character::isISOControl);
    }

    @Test
    void whatIsAcceptedIsWithinTheRulesByAnotherReading() {
        int accepted = 0;
        for (int seed = 0; seed < MANY; seed++) {
            var random = new Random(seed);
            String field = pick(random, "url", "url", "url", "count", "name", "title", "quality", "file");
            var given = new TreeMap<>(GOOD);
            given.put(field, mutated(pick(random, Objects.requireNonNull(SEEDS.get(field))), random));
            if (payload.check(given) instanceof Checked.Sound(var values)) {
                accepted++;
                String problem = slowly(field, String.valueOf(values.get(field)), String.valueOf(given.get(field)));
                if (problem != null) {
                    throw new AssertionError(
                            "seed " + seed + ": accepted " + field + " " + values.get(field) + ", but " + problem);
                }
            }
        }
        assertThat(accepted).isBetween(MANY / 20, MANY * 9 / 10);
    }

    @Test
    void takesNoLongerForWhatIsHuge() {
        var nested = new FieldSpec(
                FieldType.STRING,
                false,
                null,
                List.of(),
                false,
                false,
                "((a*)*)*b",
                0,
                100_000,
                null,
                null,
                List.of(),
                null);
        var slow = Payload.of(new TreeMap<>(Map.of("x", nested)));
        long began = System.nanoTime();
        assertThat(slow.check(Map.of("x", "a".repeat(100_000)))).isInstanceOf(Checked.Unsound.class);
        String huge = "/a".repeat(500_000);
        for (String field : PayloadTest.FIELDS.keySet()) {
            assertThat(payload.check(Map.of(field, huge))).isInstanceOf(Checked.Unsound.class);
        }
        var many = new TreeMap<String, String>();
        for (int i = 0; i < 100_000; i++) {
            many.put("f" + i, "x");
        }
        many.put("n".repeat(1_000_000), "x");
        assertThat(((Checked.Unsound) payload.check(many)).problems()).hasSize(50);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }

    // ── bad ones ──

    private static Bad bad(Random random) {
        var payload = new TreeMap<>(GOOD);
        String field =
                pick(random, "url", "url", "url", "url", "count", "name", "title", "quality", "file", "file", "?", "-");
        switch (field) {
            case "-" -> {
                payload.remove("url");
                return new Bad("url", payload);
            }
            case "?" -> {
                String name = text(random, 1 + random.nextInt(100));
                while (payload.containsKey(name)) {
                    name += "x";
                }
                payload.put(name, text(random, 5));
                return new Bad(name, payload);
            }
            case "url" -> payload.put(field, badUri(random));
            case "count" -> payload.put(field, badCount(random));
            case "name" ->
                payload.put(
                        field,
                        "ab" + pick(random, "_", "A", "--", "-", " ", "\n", "é", "\0", "9")
                                + text(random, 3).replaceAll("[a-z]", "!"));
            case "title" ->
                payload.put(
                        field,
                        pick(
                                random,
                                inserted("title", String.valueOf((char) random.nextInt(32)), random),
                                inserted("title", String.valueOf((char) (127 + random.nextInt(33))), random),
                                inserted("title", String.valueOf((char) (0xd800 + random.nextInt(0x800))), random),
                                "x".repeat(41 + random.nextInt(100))));
            case "quality" ->
                payload.put(field, pick(random, "best ", "BEST", "", "worst\0", "7200p", text(random, 6) + "!"));
            default -> payload.put(field, badPath(random));
        }
        return new Bad(field, payload);
    }

    private static String badCount(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> Long.toString(11L + random.nextInt(Integer.MAX_VALUE));
            case 1 -> Long.toString(-random.nextInt(Integer.MAX_VALUE));
            case 2 ->
                new BigInteger(200, random)
                        .add(BigInteger.TEN)
                        .add(BigInteger.ONE)
                        .toString();
            case 3 -> inserted("7", pick(random, " ", "+", ".", "e", "\0", "_", "\u0667", "x"), random);
            default -> "0" + (1 + random.nextInt(9));
        };
    }

    private static String badPath(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> "a/".repeat(random.nextInt(4)) + ".." + "/b".repeat(random.nextInt(4));
            case 1 -> inserted("a/b.mp4", String.valueOf((char) random.nextInt(32)), random);
            case 2 -> "/" + pick(random, "etc/passwd", "srv", "srv/mediax/a", "srv/media", "proc/self/environ", "");
            case 3 -> "x".repeat(256 + random.nextInt(1000));
            default -> "/srv/media/" + "../".repeat(1 + random.nextInt(3)) + "media/a";
        };
    }

    private static String badUri(Random random) {
        String scheme = pick(random, "http://", "https://", "HTTP://");
        String port = pick(random, "", ":80", ":8080");
        String rest = pick(random, "", "/", "/a?b#c", "?q");
        return switch (random.nextInt(8)) {
            case 0 -> scheme + spelled(privateFour(random), random) + pick(random, "", ".") + port + rest;
            case 1 -> scheme + "[" + privateSix(random) + "]" + port + rest;
            case 2 ->
                scheme
                        + cased(
                                pick(
                                        random,
                                        "localhost",
                                        "a.localhost",
                                        "x.local",
                                        "b.internal",
                                        "db",
                                        "ip6-localhost"),
                                random)
                        + pick(random, "", ".")
                        + port
                        + rest;
            case 3 -> scheme + pick(random, "u@", "u:p@", "@", ":@", "example.org@", "a%40b@") + "example.org" + rest;
            case 4 ->
                pick(random, "file:///", "ftp://", "gopher://", "javascript:", "data:", "//", "", "http:", "http:/")
                        + "example.org" + rest;
            case 5 -> inserted(GOOD_URL, String.valueOf((char) random.nextInt(33)), random);
            case 6 ->
                inserted(GOOD_URL, pick(random, "\\", "é", "\u3002", "\u202e", "\u00ad", "|", "%", "%g0", "^"), random);
            default ->
                scheme + "example.org" + pick(random, ":0", ":65536", ":99999999999", ":x", ":-1", ":", ":080") + rest;
        };
    }

    private static long privateFour(Random random) {
        String[] nets = {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "224.0.0.0/4",
            "240.0.0.0/4"
        };
        String[] net = pick(random, nets).split("/", -1);
        int free = 32 - Integer.parseInt(net[1]);
        long base = new BigInteger(1, literal(net[0]).getAddress()).longValue();
        return base | (random.nextLong() & ((1L << free) - 1));
    }

    /** As inet_aton(3) reads it. */
    private static String spelled(long address, Random random) {
        int parts = 1 + random.nextInt(4);
        var text = new StringBuilder();
        for (int i = 0; i < parts; i++) {
            boolean last = i == parts - 1;
            long n = last ? address & ((1L << (8 * (5 - parts))) - 1) : (address >> (24 - 8 * i)) & 255;
            text.append(i == 0 ? "" : ".")
                    .append(
                            switch (random.nextInt(4)) {
                                case 0 -> "0x" + Long.toHexString(n);
                                case 1 -> "0" + Long.toOctalString(n);
                                case 2 ->
                                    "0X" + "0".repeat(random.nextInt(3))
                                            + Long.toHexString(n).toUpperCase(Locale.ROOT);
                                default -> Long.toString(n);
                            });
        }
        return text.toString();
    }

    private static String privateSix(Random random) {
        long four = privateFour(random);
        String dotted = (four >> 24) + "." + (four >> 16 & 255) + "." + (four >> 8 & 255) + "." + (four & 255);
        String hex = Long.toHexString(four >> 16) + ":" + Long.toHexString(four & 0xffff);
        String low = Integer.toHexString(random.nextInt(0x10000));
        return cased(
                switch (random.nextInt(8)) {
                    case 0 -> "::1";
                    case 1 -> "::ffff:" + pick(random, dotted, hex);
                    case 2 -> "0:0:0:0:0:ffff:" + pick(random, dotted, hex);
                    case 3 -> "::" + pick(random, dotted, hex);
                    case 4 -> "f" + pick(random, "c", "d") + pick(random, "00", "12", "ff") + "::" + low;
                    case 5 ->
                        "fe" + pick(random, "8", "9", "a", "b") + "0::" + low + pick(random, "", "%25eth0", "%eth0");
                    case 6 -> "ff0" + random.nextInt(10) + "::" + low;
                    default ->
                        pick(random, "::", "0:0:0:0:0:0:0:0", "0000::0001", "64:ff9b::" + hex, "2002:" + hex + "::");
                },
                random);
    }

    // ── anything ──

    private static final Map<String, String[]> SEEDS = Map.of(
            "url",
            new String[] {
                GOOD_URL,
                "http://8.8.8.8:80/",
                "http://127.0.0.1/",
                "http://[2606:4700::1111]/",
                "http://[::1]/",
                "https://a.b.example.org./x?y=[1]",
                "http://localhost/",
                "http://10.0.0.1.example.org/",
                "http://1.2.3/"
            },
            "count",
            new String[] {"1", "7", "10", "-3"},
            "name",
            new String[] {"ab", "ab-cd", "abc-def-ghi"},
            "title",
            new String[] {"", "Title", "Ünïcode 😀", "a".repeat(39)},
            "quality",
            new String[] {"best", "worst", "720p"},
            "file",
            new String[] {"a", "a/b.mp4", "/srv/media/x", "./a//b", "a/../b"});

    private static String mutated(String text, Random random) {
        var changed = new StringBuilder(text);
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(changed.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> changed.insert(at, text(random, 1 + random.nextInt(2)));
                case 1 -> changed.delete(at, Math.min(changed.length(), at + 1 + random.nextInt(3)));
                case 2 -> changed.insert(at, text, random.nextInt(text.length() + 1), text.length());
                default -> {
                    if (at < changed.length()) {
                        changed.setCharAt(at, text(random, 1).charAt(0));
                    }
                }
            }
        }
        return changed.toString();
    }

    /** Null: it is as it should be. */
    private static @Nullable String slowly(String field, String value, String given) {
        if (value.indexOf(0) >= 0) {
            return "it holds NUL";
        }
        return switch (field) {
            case "url" -> value.equals(given) ? slowUri(value) : "it was changed";
            case "count" ->
                List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10").contains(value) ? null : "it is none";
            case "name" ->
                value.length() <= 20 && value.length() >= 2 && value.matches("[a-z]+(-[a-z]+)*") ? null : "no name";
            case "title" ->
                value.codePoints().count() <= 40
                                && value.codePoints()
                                        .noneMatch(c -> Character.getType(c) == Character.CONTROL
                                                || Character.getType(c) == Character.SURROGATE)
                        ? null
                        : "it is no title";
            case "quality" -> value.matches("best|worst|720p") ? null : "there is none such";
            default -> slowPath(value, given);
        };
    }

    private static @Nullable String slowPath(String value, String given) {
        Path root = Path.of("/srv/media");
        Path meant = root.resolve(given).normalize();
        boolean below = meant.startsWith(root) && !meant.equals(root);
        return below && value.equals(meant.toString()) ? null : "it is " + meant;
    }

    private static @Nullable String slowUri(String value) {
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException e) {
            return e.getMessage();
        }
        if (!"http".equalsIgnoreCase(uri.getScheme()) && !"https".equalsIgnoreCase(uri.getScheme())) {
            return "its scheme is " + uri.getScheme();
        }
        String authority = uri.getRawAuthority();
        if (authority == null || authority.contains("@") || !value.matches("\\p{ASCII}*")) {
            return "its authority is " + authority;
        }
        String host =
                authority.replaceFirst(":\\d+$", "").replaceFirst("\\.$", "").toLowerCase(Locale.ROOT);
        if (host.matches("(.*\\.)?(localhost|local|internal)") || !host.matches(".*[.:].*")) {
            return "its host is " + host;
        }
        InetAddress address = anyLiteral(host);
        return address == null ? null : slowAddress(address);
    }

    private static @Nullable InetAddress anyLiteral(String host) {
        try {
            return host.startsWith("[") ? InetAddress.ofLiteral(host) : Inet4Address.ofPosixLiteral(host);
        } catch (IllegalArgumentException aName) {
            return null;
        }
    }

    private static @Nullable String slowAddress(InetAddress address) {
        byte[] b = address.getAddress();
        boolean shared = b.length == 4 && (b[0] & 255) == 100 && (b[1] & 0xc0) == 64;
        boolean zero = b.length == 4 && (b[0] == 0 || (b[0] & 255) >= 240);
        boolean unique =
                address instanceof Inet6Address six && ((b[0] & 0xfe) == 0xfc || six.isIPv4CompatibleAddress());
        return shared
                        || zero
                        || unique
                        || address.isAnyLocalAddress()
                        || address.isLoopbackAddress()
                        || address.isLinkLocalAddress()
                        || address.isSiteLocalAddress()
                        || address.isMulticastAddress()
                ? "its address is " + address
                : null;
    }

    // ── pieces ──

    private static InetAddress literal(String dotted) {
        try {
            return InetAddress.getByName(dotted);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String inserted(String text, String piece, Random random) {
        int at = random.nextInt(text.length() + 1);
        return text.substring(0, at) + piece + text.substring(at);
    }

    private static String cased(String text, Random random) {
        return random.nextInt(3) == 0 ? text.toUpperCase(Locale.ROOT) : text;
    }

    private static String text(Random random, int length) {
        var letters = new ArrayList<String>();
        for (int i = 0; i < length; i++) {
            letters.add(
                    switch (random.nextInt(8)) {
                        case 0 -> Character.toString(random.nextInt(128));
                        case 1 -> Character.toString(random.nextInt(0x3000));
                        case 2 -> pick(random, "😀", "\ud83d", "\u202e", "\u2028", "\ufeff", "。", "１");
                        case 3, 4 -> pick(random, "/", ".", ":", "@", "%", "[", "]", "-", "#", "?", "\\", "0x", "..");
                        case 5 -> Integer.toString(random.nextInt(10));
                        default -> Character.toString('a' + random.nextInt(26));
                    });
        }
        return String.join("", letters);
    }

    @SafeVarargs
    private static <T> T pick(Random random, T... from) {
        return from[random.nextInt(from.length)];
    }
}
