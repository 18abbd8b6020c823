package dev.holdfast.top;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What somebody in front of a terminal sees: as much of one as the view makes use of; anything else is an error. */
public final class Glass {
    private static final Pattern SEQUENCE = Pattern.compile("\u001b\\[([?]?)([0-9;]*)([A-Za-z])");

    private final int width;
    private final int[][] cells;
    private int row;
    private int column;
    private int clears;
    private boolean other;
    private boolean cursor = true;
    private String unread = "";

    public Glass(int width, int height) {
        this.width = width;
        cells = new int[height][width];
        clear();
    }

    private void clear() {
        for (int[] r : cells) {
            Arrays.fill(r, ' ');
        }
        clears++;
    }

    public synchronized void write(String text) {
        String all = unread + text;
        unread = "";
        for (int i = 0; i < all.length(); ) {
            int c = all.codePointAt(i);
            if (c == 0x1b) {
                Matcher m = SEQUENCE.matcher(all).region(i, all.length());
                if (!m.lookingAt()) {
                    if (all.length() - i > 20) {
                        throw new AssertionError("no sequence of ours: " + all.substring(i + 1, i + 20));
                    }
                    unread = all.substring(i);
                    return;
                }
                sequence(m.group(1), m.group(2), m.group(3).charAt(0));
                i = m.end();
            } else {
                i += Character.charCount(c);
                put(c);
            }
        }
    }

    private void sequence(String mark, String numbers, char end) {
        switch (mark + end) {
            case "m" -> {}
            case "J" -> clear();
            case "H" -> {
                String[] at = numbers.split(";", -1);
                row = at[0].isEmpty() ? 0 : Integer.parseInt(at[0]) - 1;
                column = at.length < 2 ? 0 : Integer.parseInt(at[1]) - 1;
            }
            case "?h" -> mode(numbers, true);
            case "?l" -> mode(numbers, false);
            default -> throw new AssertionError("ESC[" + mark + numbers + end);
        }
    }

    private void mode(String number, boolean on) {
        switch (number) {
            case "1049" -> other = on;
            case "25" -> cursor = on;
            default -> {}
        }
    }

    private void put(int c) {
        if (c == '\r') {
            column = 0;
        } else if (c == '\n') {
            row = Math.min(row + 1, cells.length - 1);
        } else {
            if (column < width) {
                cells[row][column] = c;
            }
            column++;
        }
    }

    /** The other screen is shown, and no cursor. */
    public synchronized boolean isTaken() {
        return other && !cursor;
    }

    public synchronized boolean isGivenBack() {
        return !other && cursor;
    }

    synchronized int clears() {
        return clears;
    }

    public synchronized String line(int row) {
        return new String(cells[row], 0, width).stripTrailing();
    }

    public synchronized String all() {
        return Arrays.stream(cells)
                .map(r -> new String(r, 0, width).stripTrailing())
                .collect(Collectors.joining("\n"));
    }
}
