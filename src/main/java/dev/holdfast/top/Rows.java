package dev.holdfast.top;

import dev.holdfast.api.HealthReport;
import dev.holdfast.api.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From what was told to the lines of the list: filtered, sorted, as a tree. */
final class Rows {
    private Rows() {}

    static List<Row> of(Seen seen, View view) {
        Stream<? extends Row> all = switch (view.pane()) {
            case PROCESSES -> processes(seen, view).stream();
            case SCHEDULES -> status(seen, Status::schedules).stream().map(Row.Schedule::new);
            case QUEUES -> status(seen, Status::queues).stream().map(Row.Queue::new);
            case HEALTH -> health(seen.health());
        };
        String wanted = view.filter().toLowerCase(Locale.ROOT);
        return all.filter(r -> r.text().toLowerCase(Locale.ROOT).contains(wanted))
                .map(Row.class::cast)
                .toList();
    }

    /** Which of them is selected; that of the first when the one that was is not there; -1 when there are none. */
    static int selected(List<Row> rows, View view) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).name().equals(view.selected())) {
                return i;
            }
        }
        return rows.isEmpty() ? -1 : 0;
    }

    private static <T> List<T> status(Seen seen, java.util.function.Function<Status, List<T>> part) {
        Status status = seen.status();
        return status == null ? List.of() : part.apply(status);
    }

    private static Stream<Row.Item> health(@Nullable HealthReport report) {
        return report == null ? Stream.of() : report.items().stream().map(Row.Item::new);
    }

    private static List<Row.Replica> processes(Seen seen, View view) {
        var byProcess = new LinkedHashMap<String, List<Row.Replica>>();
        List<Status.Replica> replicas = status(seen, Status::replicas);
        var counts = new java.util.HashMap<String, Integer>();
        replicas.forEach(r -> counts.merge(r.process(), r.absent() ? 0 : 1, Integer::sum));
        for (Status.Replica r : replicas) {
            Row.Replica row = row(r, counts.getOrDefault(r.process(), 1), seen.past());
            byProcess.computeIfAbsent(r.process(), _ -> new ArrayList<>()).add(row);
        }
        Comparator<Row.Replica> order = order(view);
        if (!view.tree()) {
            return byProcess.values().stream()
                    .flatMap(List::stream)
                    .sorted(order)
                    .toList();
        }
        return tree(byProcess, order);
    }

    private static List<Row.Replica> tree(Map<String, List<Row.Replica>> byProcess, Comparator<Row.Replica> order) {
        var rows = new ArrayList<Row.Replica>();
        List<Map.Entry<Row.Replica, List<Row.Replica>>> groups = byProcess.entrySet().stream()
                .map(e -> Map.entry(
                        e.getValue().size() == 1 ? e.getValue().getFirst() : together(e.getKey(), e.getValue()),
                        e.getValue()))
                .sorted(Map.Entry.comparingByKey(order))
                .toList();
        for (Map.Entry<Row.Replica, List<Row.Replica>> group : groups) {
            rows.add(group.getKey());
            List<Row.Replica> below = group.getValue().stream().sorted(order).toList();
            for (int i = 0; below.size() > 1 && i < below.size(); i++) {
                rows.add(below.get(i).under(i == below.size() - 1 ? "└─ " : "├─ "));
            }
        }
        return rows;
    }

    private static Row.Replica row(Status.Replica r, int replicas, Map<String, List<Double>> past) {
        Double limit = r.cpuLimit();
        return new Row.Replica(
                r.name(),
                "",
                r.process(),
                replicas,
                r.state(),
                r.pid(),
                r.seconds(),
                r.restarts(),
                r.cpuPercent(),
                limit == null ? null : (Double) (limit * 100),
                r.memoryBytes(),
                r.memoryLimitBytes(),
                r.pids(),
                r.health(),
                r.detail(),
                past.getOrDefault(r.name(), List.of()));
    }

    /** A process with several replicas. */
    private static Row.Replica together(String process, List<Row.Replica> replicas) {
        long up = replicas.stream().filter(r -> r.state().equals("up")).count();
        boolean all = up == replicas.size();
        String state = all ? "up" : up + "/" + replicas.size() + " up";
        return new Row.Replica(
                process,
                "",
                process,
                replicas.size(),
                state,
                null,
                replicas.stream().mapToLong(Row.Replica::seconds).min().orElse(0),
                replicas.stream().mapToInt(Row.Replica::restarts).sum(),
                sum(replicas, r -> r.cpu() == null ? Double.NaN : r.cpu()),
                sum(replicas, r -> r.cpuLimit() == null ? Double.NaN : r.cpuLimit()),
                whole(sum(replicas, r -> r.memory() == null ? Double.NaN : r.memory())),
                whole(sum(replicas, r -> r.memoryLimit() == null ? Double.NaN : r.memoryLimit())),
                whole(sum(replicas, r -> r.pids() == null ? Double.NaN : r.pids())),
                "",
                "",
                List.of());
    }

    private static @Nullable Long whole(@Nullable Double sum) {
        return sum == null ? null : (Long) Math.round(sum);
    }

    /** Of those that have one; null when none has. */
    private static @Nullable Double sum(List<Row.Replica> rows, ToDoubleFunction<Row.Replica> of) {
        double[] known =
                rows.stream().mapToDouble(of).filter(d -> !Double.isNaN(d)).toArray();
        return known.length == 0
                ? null
                : (Double) java.util.Arrays.stream(known).sum();
    }

    private static Comparator<Row.Replica> order(View view) {
        Comparator<Row.Replica> by = switch (view.sort()) {
            case NAME -> byName();
            case STATE -> Comparator.comparing(Row.Replica::state);
            case CPU -> Comparator.comparingDouble(r -> Objects.requireNonNullElse(r.cpu(), -1.0));
            case MEMORY -> Comparator.comparingLong(r -> Objects.requireNonNullElse(r.memory(), -1L));
            case UPTIME -> Comparator.comparingLong(r -> r.pid() == null ? -1 : r.seconds());
            case RESTARTS -> Comparator.comparingInt(Row.Replica::restarts);
        };
        return (view.descending() ? by.reversed() : by).thenComparing(byName());
    }

    /** {@code web/2} before {@code web/10}. */
    private static Comparator<Row.Replica> byName() {
        return Comparator.comparing(Row.Replica::process).thenComparingInt(Rows::index);
    }

    private static int index(Row.Replica r) {
        int slash = r.name().lastIndexOf('/');
        String index = slash < 0 ? "" : r.name().substring(slash + 1);
        return index.matches("\\d{1,9}") ? Integer.parseInt(index) : -1;
    }
}
