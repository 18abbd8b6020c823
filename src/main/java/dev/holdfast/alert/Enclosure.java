package dev.holdfast.alert;

/**
 * What a letter says at length instead of the words that its items are put into: a report.
 *
 * @param text plain, harmless, lines ended by a line feed
 * @param html a whole page
 */
public record Enclosure(String text, String html) {
    /** In characters: what waits for a dead server waits in memory, too. */
    static final int LONGEST = 400_000;

    public Enclosure {
        if (text.length() > LONGEST || html.length() > LONGEST) {
            throw new IllegalArgumentException("a report is longer than " + LONGEST + " characters");
        }
    }
}
