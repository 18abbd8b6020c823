package dev.holdfast.alert;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * What nobody is to be told for a while.
 *
 * @param pattern of keys; {@code *} stands for anything, {@code ?} for one character
 * @param end on the kept clock
 * @param until the same by the wall clock, when it was asked for
 * @param reason may be empty
 * @param by who asked for it
 */
public record Silence(String pattern, long end, Instant until, String reason, String by) {
    boolean covers(String key) {
        return matches(pattern, key);
    }

    /** Linear in both: the last star alone is tried again. */
    public static boolean matches(String pattern, String key) {
        int p = 0;
        int k = 0;
        int star = -1;
        int from = 0;
        while (k < key.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                from = k;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == key.charAt(k))) {
                p++;
                k++;
            } else if (star >= 0) {
                p = star + 1;
                k = ++from;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** Whether it is one of ours: no expression, nothing that could not be a key. */
    public static boolean sound(String pattern) {
        return !pattern.isBlank()
                && pattern.length() <= 200
                && !Pattern.compile("\\p{Cntrl}").matcher(pattern).find();
    }
}
