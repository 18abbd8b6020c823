package dev.holdfast.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.config.Config;
import dev.holdfast.config.ConfigLoader;
import dev.holdfast.config.Loaded;
import dev.holdfast.config.ProcessSpec;
import dev.holdfast.config.ScheduleSpec;
import dev.holdfast.source.Broken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A text that was imported, and what the loader makes of it. */
record Imported(Sheet sheet, Config config) {
    /** Files beside the one that is imported, which lies in /srv/app. */
    record Beside(Map<String, String> files) implements Surroundings {
        static final Beside NOTHING = new Beside(Map.of());

        @Override
        public String directory() {
            return "/srv/app";
        }

        @Override
        public boolean isFile(String path) {
            return files.containsKey(path);
        }

        @Override
        public List<String> glob(String pattern) {
            String regex = pattern.replace(".", "\\.").replace("*", "[^/]*");
            return new TreeMap<>(files)
                    .keySet().stream().filter(f -> f.matches(regex)).toList();
        }

        @Override
        public String read(String path) throws IOException {
            String text = files.get(path);
            if (text == null) {
                throw new IOException("gone");
            }
            return text;
        }

        @Override
        public int processors() {
            return 4;
        }
    }

    static Imported of(Kind kind, String text) {
        return of(kind, text, Beside.NOTHING, Kind.Choices.NONE, Map.of());
    }

    static Imported of(
            Kind kind, String text, Surroundings around, Kind.Choices choices, Map<String, String> environment) {
        try {
            Sheet sheet = kind.read("source", text, around, choices);
            Path file = Files.createTempFile("imported", ".yaml");
            try {
                Files.writeString(file, sheet.yaml());
                Loaded loaded = new ConfigLoader(environment, false).load(file);
                assertThat(loaded).as(sheet.yaml()).isInstanceOf(Loaded.Sound.class);
                return new Imported(sheet, ((Loaded.Sound) loaded).config());
            } finally {
                Files.delete(file);
            }
        } catch (Broken e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process of that name, which is to be there. */
    ProcessSpec process(String name) {
        return Objects.requireNonNull(config.processes().get(name), () -> name + " in " + sheet.yaml());
    }

    /** The schedule of that name, which is to be there. */
    ScheduleSpec schedule(String name) {
        return Objects.requireNonNull(config.schedules().get(name), () -> name + " in " + sheet.yaml());
    }

    /** Lines of the configuration without comments. */
    String keys() {
        return String.join(
                "\n",
                sheet.yaml().lines().filter(l -> !l.strip().startsWith("#")).toList());
    }

    String comments() {
        return String.join(
                "\n",
                sheet.yaml().lines().filter(l -> l.strip().startsWith("#")).toList());
    }
}
