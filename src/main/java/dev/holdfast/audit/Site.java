package dev.holdfast.audit;

/**
 * Where something is written.
 *
 * @param file as its program names it, from the host's root
 * @param line from 1; 0: the file as a whole
 */
public record Site(String file, int line) {
    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
