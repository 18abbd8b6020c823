package dev.holdfast.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** What {@code global.logging.outputs} means, every range checked. */
record OutputResolver(Problems problems, Binder binder) {
    private static final int MOST = 16;
    private static final Pattern ADDRESS =
            Pattern.compile("(?:(udp|tcp)://)?(\\[[0-9a-fA-F:.]+]|[^:/\\[\\]]+):(\\d{1,5})");
    /** RFC 5424, 6.2.1, table 1: their places are their numbers. */
    private static final List<String> FACILITIES = List.of(
            "kern",
            "user",
            "mail",
            "daemon",
            "auth",
            "syslog",
            "lpr",
            "news",
            "uucp",
            "cron",
            "authpriv",
            "ftp",
            "ntp",
            "audit",
            "alert",
            "clock",
            "local0",
            "local1",
            "local2",
            "local3",
            "local4",
            "local5",
            "local6",
            "local7");

    List<OutputSpec> of(Document.@Nullable GlobalLogging logging, Node at) {
        var outputs = new ArrayList<OutputSpec>();
        if (logging == null) {
            return outputs;
        }
        for (Document.Output o : logging.outputs()) {
            OutputSpec.Place place = place(o, at);
            if (place != null) {
                boolean waits = o.whenSlow() == null
                        ? place instanceof OutputSpec.Place.File
                        : o.whenSlow() == Document.WhenSlow.BLOCK;
                outputs.add(new OutputSpec(place, o.format() == Document.OutputFormat.JSON, o.level(), waits));
            }
        }
        if (outputs.size() > MOST) {
            problems.add(binder.at(logging, "outputs", at), "there are at most " + MOST + " outputs");
        }
        return List.copyOf(outputs);
    }

    private OutputSpec.@Nullable Place place(Document.Output o, Node at) {
        var r = new Ranges(problems, binder, o, at);
        Document.OutputType type = o.type();
        if (o.path() != null && type != Document.OutputType.FILE && type != Document.OutputType.JOURNALD) {
            r.add("path", o.path(), "counts only with type: file or journald");
        }
        if (o.address() != null && type != Document.OutputType.SYSLOG) {
            r.add("address", o.address(), "counts only with type: syslog");
        }
        r.absolute("path", o.path());
        LogSpec.RotationSpec rotation = new LogResolver(problems, binder).rotation(o.rotation(), at);
        return switch (type) {
            case STDOUT -> new OutputSpec.Place.Stdout();
            case STDERR -> new OutputSpec.Place.Stderr();
            case FILE -> file(o, rotation, at);
            case SYSLOG -> syslog(o, r);
            case JOURNALD -> new OutputSpec.Place.Journald(o.path() == null ? "/run/systemd/journal/socket" : o.path());
        };
    }

    private OutputSpec.@Nullable Place file(Document.Output o, LogSpec.RotationSpec rotation, Node at) {
        String path = o.path();
        if (path == null) {
            problems.add(binder.at(o, "type", at), "an output to a file needs its path");
            return null;
        }
        return new OutputSpec.Place.File(path, rotation);
    }

    private OutputSpec.@Nullable Place syslog(Document.Output o, Ranges r) {
        int facility = FACILITIES.indexOf(o.facility());
        if (facility < 0) {
            r.add("facility", o.facility(), "is one of " + String.join(", ", FACILITIES));
        }
        String address = o.address();
        if (address == null) {
            return new OutputSpec.Place.Syslog("unix", "/dev/log", 0, facility);
        }
        if (address.startsWith("unix:///")) {
            return new OutputSpec.Place.Syslog("unix", address.substring("unix://".length()), 0, facility);
        }
        Matcher m = ADDRESS.matcher(address);
        int port = m.matches() ? Integer.parseInt(m.group(3)) : 0;
        if (port < 1 || port > 65535) {
            r.add("address", address, "is udp://host:port, tcp://host:port or unix:///path");
            return null;
        }
        String host = m.group(2).replaceAll("^\\[|]$", "");
        return new OutputSpec.Place.Syslog(m.group(1) == null ? "udp" : m.group(1), host, port, facility);
    }
}
