package dev.holdfast.imports;

import dev.holdfast.source.Broken;
import java.util.Map;

/** What can be imported, beside crontabs. */
public enum Kind {
    SUPERVISORD,
    PROCFILE,
    COMPOSE,
    PM2,
    CBOX_INIT;

    /**
     * What the one who imports chooses.
     *
     * @param environment of pm2, such as {@code production}; empty: none
     * @param formation of Procfiles: how many of each, {@code all} for the others
     */
    public record Choices(String environment, Map<String, Integer> formation) {
        public static final Choices NONE = new Choices("", Map.of());

        public Choices {
            formation = Map.copyOf(formation);
        }
    }

    /**
     * The text as a configuration.
     *
     * @param file as remarks name it
     * @throws Broken when it is not what this kind's program would read
     */
    public Sheet read(String file, String text, Surroundings around, Choices choices) throws Broken {
        Sheet sheet = switch (this) {
            case SUPERVISORD -> Supervisord.read(file, text, around);
            case PROCFILE -> Procfile.read(file, text, around, choices.formation());
            case COMPOSE -> Compose.read(file, text, around);
            case PM2 -> Pm2.read(file, text, around, choices.environment());
            case CBOX_INIT -> CboxInit.read(file, text);
        };
        sheet.tellSecrets(file);
        return sheet;
    }
}
