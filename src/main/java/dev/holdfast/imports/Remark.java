package dev.holdfast.imports;

import dev.holdfast.source.Origin;

/**
 * What of the source is not, or not wholly, as it was.
 *
 * @param left true: something that should run is not in the configuration, or not enabled there
 */
public record Remark(Origin at, boolean left, String text) {
    @Override
    public String toString() {
        return at + ": " + text;
    }
}
