package dev.holdfast.imports;

/** A value with references in it, as the configuration writes it: {@code ${NAME}}, and {@code $$} for a dollar. */
public record Expanded(String text) {
    static String plain(String text) {
        return text.replace("$", "$$");
    }
}
