package dev.holdfast.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Streams that go on in other files, all of one reload at once: one after the other, two that swap their files would
 * meet in one of them on the way. Owned by the pump's thread.
 *
 * @param files by path; one {@link LogFile} has all that is written there, however many instances write it
 * @param streams both streams of each instance
 * @param archive has the older files
 */
record Moves(Map<Path, LogFile> files, Collection<List<Stream>> streams, Archive archive) {
    private record Mover(List<Stream> both, LogFile from, LogTarget to) {}

    /** @param changes new targets by the label that the replica had until now */
    void make(Map<String, LogTarget> changes) {
        var movers = new ArrayList<Mover>();
        for (List<Stream> both : streams) {
            LogTarget to = changes.get(both.getFirst().label);
            if (to != null) {
                movers.add(new Mover(both, both.getFirst().file, to));
            }
        }
        movers.forEach(m -> m.from.used--);
        for (LogFile idle : files.values()) { // of a replica between two lives, which has a loss to tell in the next
            LogTarget to = changes.get(idle.target().label());
            if (to != null && idle.used == 0 && movers.stream().noneMatch(m -> m.from.equals(idle))) {
                movers.add(new Mover(List.of(), idle, to));
            }
        }
        for (Mover m : movers) {
            boolean stays = m.from.target().file().equals(m.to.file());
            if (m.from.used == 0 && !stays && files.remove(m.from.target().file(), m.from)) {
                m.from.close();
            }
        }
        movers.forEach(this::arrive);
    }

    private void arrive(Mover m) {
        LogFile file = files.computeIfAbsent(m.to.file(), f -> new LogFile(m.to, archive));
        file.retarget(m.to);
        if (files.get(m.from.target().file()) != m.from) {
            file.takeLosses(m.from);
        }
        if (m.both.isEmpty()) {
            return;
        }
        file.used++;
        for (Stream s : m.both) {
            s.retarget(file, m.to);
        }
    }
}
