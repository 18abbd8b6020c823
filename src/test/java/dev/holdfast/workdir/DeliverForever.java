package dev.holdfast.workdir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A process that delivers, again and again, to be killed in between; or as another user than the tests'. */
final class DeliverForever {
    static final int FILES = 20;

    private DeliverForever() {}

    /** @param args a directory, and how many deliveries */
    public static void main(String[] args) throws IOException {
        Path home = Path.of(args[0]);
        Owner owner = Scene.owner();
        try (Workdirs dirs = Workdirs.open(home.resolve("base").toString())) {
            for (int i = 1; i <= Integer.parseInt(args[1]); i++) {
                var place = new Place("films", "job" + i, 1);
                Path made = Path.of(dirs.make(place, 0700, owner));
                Path shut = made.resolve("shut");
                for (int f = 0; f < FILES; f++) {
                    Path file = made.resolve("f" + f);
                    Files.writeString(file, "whole");
                    dev.holdfast.linux.Descriptors.own(file.toString(), owner.uid(), owner.gid());
                }
                Delivery d = dirs.deliver(place, owner, Glob.of("f*"), home + "/ready/" + i, () -> false);
                if (!(d instanceof Delivery.Done)) {
                    throw new IOException(d.toString());
                }
                Files.createDirectories(shut.resolve("away"));
                Files.setPosixFilePermissions(shut, java.util.Set.of());
                if (!dirs.remove(place).none()) {
                    throw new IOException(dirs.remove(place).words());
                }
                System.out.println(i);
            }
        }
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Whatever this very process has its classes from, modules included. */
    static String classPath() {
        String all = "target/test-classes:target/classes:" + System.getProperty("jdk.module.path", "") + ":"
                + System.getProperty("java.class.path");
        return Arrays.stream(all.split(":", -1))
                .filter(p -> !p.isEmpty())
                .map(p -> Path.of(p).toAbsolutePath().toString())
                .collect(Collectors.joining(":"));
    }
}
