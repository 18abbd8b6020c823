package dev.holdfast.cli;

import dev.holdfast.config.CommandSpec;
import dev.holdfast.config.LaunchSpec;
import dev.holdfast.config.SandboxSpec;
import dev.holdfast.unit.ByteSize;
import dev.holdfast.unit.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Who, where and with what a command runs; what is not given is the caller's. */
final class CircumstanceOptions {
    private static final int LEAST_SERVED = 7;
    private static final int USUAL_LEVEL = 4;
    private static final Map<String, LaunchSpec.IoClass> IO_CLASSES = Map.of(
            "best-effort", LaunchSpec.IoClass.BEST_EFFORT,
            "realtime", LaunchSpec.IoClass.REALTIME,
            "idle", LaunchSpec.IoClass.IDLE);

    @Option(
            names = "--user",
            paramLabel = "USER",
            description = "by name or number, with its groups and HOME; needs root")
    private @Nullable String user;

    @Option(names = "--group", paramLabel = "GROUP", description = "in place of the user's own; needs root")
    private @Nullable String group;

    @Option(
            names = "--umask",
            paramLabel = "OCTAL",
            converter = Umask.class,
            description = "such as 027; the caller's when not given")
    private @Nullable Integer umask;

    @Option(names = "--cwd", paramLabel = "DIR", description = "where it runs; here when not given")
    private @Nullable String directory;

    @Option(
            names = "--env",
            paramLabel = "NAME=VALUE",
            converter = Variable.class,
            description = "set in its environment; may be repeated")
    private List<Pair> variables = List.of();

    @Option(
            names = "--clean-env",
            description = "nothing in its environment but --env, and HOME and the like of --user")
    private boolean cleanEnvironment;

    @Option(
            names = "--io",
            paramLabel = "CLASS[:LEVEL]",
            converter = Io.class,
            description = "priority on its disks: best-effort:0 (first) to best-effort:7, idle, realtime:0 to 7")
    private @Nullable IoPriority io;

    @Option(
            names = "--rlimit",
            paramLabel = "NAME=SOFT[:HARD]",
            converter = Limit.class,
            description = "of setrlimit(2), such as nofile=1024:4096 or core=0; may be repeated")
    private List<Rlimit> rlimits = List.of();

    /** As given. */
    record Pair(String name, String value) {}

    /** As ioprio_set(2) has it. */
    record IoPriority(LaunchSpec.IoClass ioClass, int level) {}

    /** Of one resource. */
    record Rlimit(String name, LaunchSpec.RlimitSpec limit) {}

    /** Null is the caller's. */
    @Nullable
    Integer umask() {
        return umask;
    }

    LaunchSpec launch(
            CommandSpec command, @Nullable Integer nice, @Nullable Integer oomScoreAdj, @Nullable SandboxSpec sandbox) {
        var environment = new TreeMap<String, String>();
        variables.forEach(p -> environment.put(p.name, p.value));
        var limits = new TreeMap<String, LaunchSpec.RlimitSpec>();
        rlimits.forEach(l -> limits.put(l.name, l.limit));
        return new LaunchSpec(
                command,
                directory,
                user,
                group,
                0,
                environment,
                cleanEnvironment,
                List.of(),
                nice,
                io == null ? null : io.ioClass,
                io == null ? 0 : io.level,
                limits,
                List.of(),
                oomScoreAdj,
                sandbox);
    }

    /** Octal. */
    static final class Umask implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("0?[0-7]{1,3}")) {
                throw new TypeConversionException("'" + text + "': a umask is octal, 0 to 0777");
            }
            return Integer.parseInt(text, 8);
        }
    }

    /** One variable. */
    static final class Variable implements ITypeConverter<Pair> {
        @Override
        public Pair convert(String text) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new TypeConversionException("'" + text + "': a variable is NAME=VALUE");
            }
            return new Pair(text.substring(0, equals), text.substring(equals + 1));
        }
    }

    /** Class and level. */
    static final class Io implements ITypeConverter<IoPriority> {
        @Override
        public IoPriority convert(String text) {
            String[] parts = text.split(":", -1);
            boolean level = parts.length == 2 && parts[1].matches("[0-" + LEAST_SERVED + "]");
            int n = level ? Integer.parseInt(parts[1]) : USUAL_LEVEL;
            LaunchSpec.IoClass ioClass = parts.length == 1 || level ? IO_CLASSES.get(parts[0]) : null;
            if (ioClass != null && !(level && ioClass == LaunchSpec.IoClass.IDLE)) {
                return new IoPriority(ioClass, ioClass == LaunchSpec.IoClass.IDLE ? 0 : n);
            }
            throw new TypeConversionException(
                    "'" + text + "': it is idle, best-effort:LEVEL or realtime:LEVEL, of 0 to " + LEAST_SERVED);
        }
    }

    /** One rlimit. */
    static final class Limit implements ITypeConverter<Rlimit> {
        @Override
        public Rlimit convert(String text) {
            int equals = text.indexOf('=');
            String name = equals < 0 ? text : text.substring(0, equals).toLowerCase(Locale.ROOT);
            Resource resource = Resource.named(name).orElse(null);
            if (equals < 0 || resource == null) {
                throw new TypeConversionException(
                        "'" + text + "': it is NAME=SOFT[:HARD], of " + String.join(", ", Resource.names()));
            }
            var values = new ArrayList<Long>();
            for (String value : text.substring(equals + 1).split(":", -1)) {
                values.add(value(resource, value, text));
            }
            long soft = values.getFirst();
            long hard = values.getLast();
            if (values.size() > 2 || Long.compareUnsigned(soft, hard) > 0) {
                throw new TypeConversionException(
                        "'" + text + "': it is SOFT or SOFT:HARD, the soft one not above the hard");
            }
            return new Rlimit(name, new LaunchSpec.RlimitSpec(soft, hard));
        }

        private static long value(Resource resource, String value, String text) {
            if (value.equals("unlimited")) {
                return -1;
            }
            if (value.matches("\\d{1,18}")) {
                return Long.parseLong(value);
            }
            if (resource.inBytes()) {
                try {
                    return ByteSize.parse(value).bytes();
                } catch (IllegalArgumentException e) {
                    throw new TypeConversionException("'" + text + "': " + e.getMessage());
                }
            }
            throw new TypeConversionException("'" + text + "': a whole number or unlimited is expected");
        }
    }
}
