package dev.holdfast.audit.php;

import dev.holdfast.audit.Grounds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long nginx waits for PHP: the longest that any of its files says, so that what is longer is too long for all.
 *
 * @param known whether there is an nginx
 */
record WebTimeout(boolean known, long seconds, List<String> evidence) {
    private static final long USUAL = 60;
    private static final Pattern LINE =
            Pattern.compile("(?:^|[\\s;{])fastcgi_read_timeout\\s+(\\d{1,9})\\s*(ms|s|m|h|d)?\\s*;");
    private static final List<String> PLACES = List.of(
            "/etc/nginx/nginx.conf",
            "/etc/nginx/conf.d/*.conf",
            "/etc/nginx/sites-enabled/*",
            "/etc/nginx/snippets/*.conf",
            "/etc/nginx/fastcgi.conf",
            "/etc/nginx/fastcgi_params");

    static WebTimeout read(Grounds host) {
        if (!host.isFile(PLACES.getFirst())) {
            return new WebTimeout(false, USUAL, List.of());
        }
        var files = new LinkedHashSet<String>();
        PLACES.forEach(p -> files.addAll(host.glob(p)));
        long longest = 0;
        var evidence = new ArrayList<String>();
        for (String file : files) {
            for (Said said : said(host, file)) {
                longest = Math.max(longest, said.seconds);
                evidence.add(said.words);
            }
        }
        return evidence.isEmpty()
                ? new WebTimeout(true, USUAL, List.of("nginx: fastcgi_read_timeout is not set: 60 s"))
                : new WebTimeout(true, longest, evidence);
    }

    private record Said(long seconds, String words) {}

    private static List<Said> said(Grounds host, String file) {
        List<String> lines;
        try {
            lines = host.lines(file);
        } catch (IOException nginxHasAnAuditorOfItsOwn) {
            return List.of();
        }
        var all = new ArrayList<Said>();
        for (int i = 0; i < lines.size(); i++) {
            String code = lines.get(i).replaceFirst("#.*", "");
            for (Matcher m = LINE.matcher(code); m.find(); ) {
                long n = Long.parseLong(m.group(1));
                String unit = m.group(2) == null ? "s" : m.group(2);
                long seconds = switch (unit) {
                    case "ms" -> Math.max(1, n / 1000);
                    case "m" -> n * 60;
                    case "h" -> n * 3600;
                    case "d" -> n * 86_400;
                    default -> n;
                };
                all.add(new Said(seconds, file + ":" + (i + 1) + ": " + code.strip()));
            }
        }
        return all;
    }
}
