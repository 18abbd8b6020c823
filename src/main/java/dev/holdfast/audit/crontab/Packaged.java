package dev.holdfast.audit.crontab;

import dev.holdfast.audit.Grounds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Files of cron that stand as their package brought them, by dpkg's own sums: nobody here has written them.
 *
 * @param sums MD5 by file
 */
record Packaged(Map<String, String> sums) {
    private static final String STATUS = "/var/lib/dpkg/status";

    static Packaged read(Grounds host) {
        var sums = new HashMap<String, String>();
        try {
            for (String line : host.isFile(STATUS) ? host.lines(STATUS) : List.<String>of()) {
                if (line.startsWith(" /etc/cron")) {
                    String[] words = line.strip().split(" ", -1); // perhaps with "obsolete"
                    sums.put(words[0], words.length > 1 ? words[1] : "");
                }
            }
        } catch (IOException unknown) {
            return new Packaged(Map.of());
        }
        return new Packaged(sums);
    }

    boolean unchanged(String file, List<String> lines) {
        String sum = sums.get(file);
        if (sum == null) {
            return false;
        }
        try {
            byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(bytes))
                    .equals(sum);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            return false;
        }
    }
}
