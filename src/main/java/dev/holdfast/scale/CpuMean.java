package dev.holdfast.scale;

import dev.holdfast.unit.MonoTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Mean use of processors by the replicas of one process, of the last quarter of a minute. One thread owns it. */
public final class CpuMean {
    /** Looks that make a figure: shorter bursts are none. */
    static final int LOOKS = 3;

    private record Look(MonoTime from, MonoTime at, double mean) {}

    private final Deque<Look> looks = new ArrayDeque<>();
    private Map<Integer, String> lives = Map.of();

    /**
     * A look at all of them.
     *
     * @param lives of the replicas by index, as a text that no two have in common
     * @param shares used since the last look by index, 1 being all that each may; NaN where nobody knows
     */
    public void look(Map<Integer, String> lives, Map<Integer, Double> shares, MonoTime from, MonoTime at) {
        boolean known = !shares.isEmpty() && shares.values().stream().noneMatch(s -> s.isNaN());
        if (!known || !this.lives.equals(lives)) {
            looks.clear();
        }
        this.lives = Map.copyOf(lives);
        if (known) {
            double mean = shares.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(0);
            looks.addLast(new Look(from, at, mean));
            if (looks.size() > LOOKS) {
                looks.removeFirst();
            }
        }
    }

    /**
     * What it is by now.
     *
     * @param otherwise why nothing could be looked at; null: it can
     */
    public Figure figure(@Nullable String otherwise) {
        if (otherwise != null) {
            return new Figure.Missing(otherwise);
        }
        if (looks.size() < LOOKS) {
            return new Figure.Missing("its use of processors is being measured");
        }
        return new Figure.Known(
                looks.stream().mapToDouble(Look::mean).average().orElse(0), looks.getFirst().from, looks.getLast().at);
    }
}
