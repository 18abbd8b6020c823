package dev.holdfast.api;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * What a cleaning came to, or would.
 *
 * @param dryRun nothing was deleted: items are what would be
 * @param done it did what it is for
 * @param directories in which was cleaned
 * @param items the first 10,000 of what is gone
 * @param count of all items
 * @param entries files and directories, those in directories included
 * @param bytes on disk
 * @param kept that came back, as somebody used them meanwhile
 */
@Json
public record CleanReport(
        String name,
        boolean dryRun,
        boolean done,
        List<String> directories,
        List<CleanReport.Item> items,
        long count,
        long entries,
        long bytes,
        long kept,
        List<String> notes,
        List<String> problems,
        double seconds) {
    /**
     * What is deleted as a whole.
     *
     * @param newest when it was last written, ISO 8601
     */
    @Json
    public record Item(String path, String kind, long entries, long bytes, String newest) {}
}
