package dev.holdfast.queue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hosts of URIs. Of addresses those are public that IANA's registries of special-purpose addresses
 * (iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry) do not keep from the Internet. Names are
 * not looked up.
 */
final class HostRule {
    /** That end the names of a network at home, of a company or of a host itself. */
    private static final Set<String> PRIVATE_ENDS = Set.of(
            "localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan", "arpa");

    private HostRule() {}

    /** @param host as it stands in the URI, ASCII, not empty */
    static @Nullable String problem(String host, boolean allowPrivate) {
        if (host.startsWith("[")) {
            return sixProblem(host, allowPrivate);
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        List<String> labels = Arrays.asList(name.toLowerCase(Locale.ROOT).split("\\.", -1));
        if (name.length() > 253 || !labels.stream().allMatch(HostRule::label)) {
            return "has a host that is no name and no address: " + Shown.quoted(host);
        }
        if (numeric(labels.getLast())) {
            return fourProblem(host, allowPrivate);
        }
        if (!allowPrivate && (labels.size() == 1 || PRIVATE_ENDS.contains(labels.getLast()))) {
            return "has a host of this machine or network, " + Shown.quoted(host) + ", which is not allowed here";
        }
        return null;
    }

    private static boolean label(String label) {
        return label.matches("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");
    }

    /** Such a last label makes an address of it for whoever asks inet_aton(3), or a browser. */
    private static boolean numeric(String label) {
        return label.matches("[0-9]+|0x[0-9a-f]*");
    }

    /** Only four plain decimal numbers: of 0177.0.0.1, 127.1 or 2130706433 programs make different addresses. */
    private static @Nullable String fourProblem(String host, boolean allowPrivate) {
        int[] address = four(host);
        if (address == null) {
            return "has a host that is no plain address, such as 192.0.2.7: " + Shown.quoted(host);
        }
        return allowPrivate || isPublic(address) ? null : notPublic(host);
    }

    private static String notPublic(String host) {
        return "has a host of a private, local or reserved network, " + Shown.quoted(host)
                + ", which is not allowed here";
    }

    /** Four numbers, 0 to 255; null: it is something else. */
    private static int @Nullable [] four(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        var address = new int[4];
        for (int i = 0; i < 4; i++) {
            if (!parts[i].matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(parts[i]) > 255) {
                return null;
            }
            address[i] = Integer.parseInt(parts[i]);
        }
        return address;
    }

    private static boolean isPublic(int[] a) {
        int first = a[0];
        int second = a[1];
        int third = a[2];
        boolean reserved = switch (first) {
            case 0, 10, 127 -> true;
            case 100 -> second >= 64 && second < 128;
            case 169 -> second == 254;
            case 172 -> second >= 16 && second < 32;
            case 192 -> second == 168 || (second == 0 && (third == 0 || third == 2)) || (second == 88 && third == 99);
            case 198 -> second == 18 || second == 19 || (second == 51 && third == 100);
            case 203 -> second == 0 && third == 113;
            default -> first >= 224;
        };
        return !reserved;
    }

    private static @Nullable String sixProblem(String host, boolean allowPrivate) {
        int[] groups = host.endsWith("]") ? six(host.substring(1, host.length() - 1)) : null;
        if (groups == null) {
            return "has a host in brackets that is no IPv6 address: " + Shown.quoted(host);
        }
        return allowPrivate || isPublicSix(groups) ? null : notPublic(host);
    }

    /** 2000::/3 is all that was given out (iana.org/assignments/ipv6-address-space); this leaves mapped IPv4 out too. */
    private static boolean isPublicSix(int[] g) {
        boolean reserved = (g[0] == 0x2001 && (g[1] < 0x200 || g[1] == 0xdb8))
                || g[0] == 0x2002 // 6to4: holds an IPv4 address
                || (g[0] == 0x3fff && g[1] < 0x1000);
        return g[0] >> 13 == 1 && !reserved;
    }

    /** RFC 4291, 2.2, without a zone: eight groups; null: it is something else. */
    private static int @Nullable [] six(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        int[] before = groups(gap < 0 ? text : text.substring(0, gap), gap < 0);
        int[] after = gap < 0 ? new int[0] : groups(text.substring(gap + 2), true);
        if (before == null || after == null) {
            return null;
        }
        int known = before.length + after.length;
        if (gap < 0 ? known != 8 : known > 7) {
            return null;
        }
        var all = new int[8];
        System.arraycopy(before, 0, all, 0, before.length);
        System.arraycopy(after, 0, all, 8 - after.length, after.length);
        return all;
    }

    /** @param last whether it may end in an IPv4 address */
    private static int @Nullable [] groups(String text, boolean last) {
        if (text.isEmpty()) {
            return new int[0];
        }
        String[] parts = text.split(":", -1);
        int[] four = last ? four(parts[parts.length - 1]) : null;
        var groups = new int[four == null ? parts.length : parts.length + 1];
        for (int i = 0; i < (four == null ? parts.length : parts.length - 1); i++) {
            if (!parts[i].matches("[0-9a-fA-F]{1,4}")) {
                return null;
            }
            groups[i] = Integer.parseInt(parts[i], 16);
        }
        if (four != null) {
            groups[groups.length - 2] = four[0] << 8 | four[1];
            groups[groups.length - 1] = four[2] << 8 | four[3];
        }
        return groups;
    }
}
