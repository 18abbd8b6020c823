package dev.holdfast.source;

/**
 * Where something stands in a file that is read.
 *
 * @param line from 1; 0: the file as a whole
 */
public record Origin(String file, int line) {
    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
