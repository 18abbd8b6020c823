package dev.holdfast.alert;

import java.nio.charset.StandardCharsets;

/**
 * What a letter says at length instead of the words that its items are put into: a report. What is too large is sent with
 * less: the text cut, the page without its charts, or only with a word of where to find it.
 *
 * @param text plain, harmless, lines ended by a line feed
 * @param html a whole page
 */
public record Enclosure(String text, String html) {
    /** In bytes of UTF-8, each: what waits for a dead server waits in memory, too. Less than {@link Codec} reads. */
    static final int LONGEST = 400_000;

    private static final String CUT = "…\n\nThe rest is left out, it is too long. See all of it by: holdfast report\n";
    private static final String NO_PAGE =
            "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>report</title></head>"
                    + "<body><p>The page is too large to be sent; the text beside it says the same."
                    + " See all of it by: holdfast report --format html</p></body></html>\n";

    public Enclosure {
        text = bytes(text) <= LONGEST ? text : cut(text);
        if (bytes(html) > LONGEST) {
            // What a name says is escaped: an element is one that the page drew.
            String plainer = html.replaceAll("(?s)<svg\\b.*?</svg>", "");
            html = bytes(plainer) <= LONGEST ? plainer : NO_PAGE;
        }
    }

    private static int bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8).length;
    }

    /** After a whole line, where one ends near. */
    private static String cut(String s) {
        byte[] all = s.getBytes(StandardCharsets.UTF_8);
        int end = LONGEST - bytes(CUT);
        while ((all[end] & 0xC0) == 0x80) { // within a character
            end--;
        }
        String head = new String(all, 0, end, StandardCharsets.UTF_8);
        int line = head.lastIndexOf('\n') + 1;
        return (head.length() - line < 1_000 ? head.substring(0, line) : head) + CUT;
    }
}
