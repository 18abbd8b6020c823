package dev.holdfast.top;

import dev.holdfast.top.View.Mode;
import dev.holdfast.top.View.Pane;
import java.util.List;
import java.util.Optional;

/** What a key does: pure. */
final class Steering {
    /** As many as the API takes. */
    private static final int MOST_REPLICAS = 1000;

    private static final int MOST_FILTER = 60;
    private static final int LEAVE = Integer.MIN_VALUE;

    private Steering() {}

    /** What is shown from now on, and what is asked for. */
    record Turn(View view, Wish wish) {
        static Turn of(View view) {
            return new Turn(view, new Wish.None());
        }
    }

    /** @param page how many rows are on a page */
    static Turn on(Key key, View view, Seen seen, int page) {
        if (key == Key.Named.INTERRUPT) {
            return new Turn(view, new Wish.Quit());
        }
        if (key == Key.Named.REDRAW) {
            return Turn.of(view);
        }
        return switch (view.mode()) {
            case Mode.Watching _ -> watching(key, view.saying(""), seen, page);
            case Mode.Filtering f -> Turn.of(filtering(key, view, f));
            case Mode.Confirming c -> confirming(key, view, c);
            case Mode.Reading r -> Turn.of(reading(key, view, r, page));
        };
    }

    private static Turn watching(Key key, View view, Seen seen, int page) {
        List<Row> rows = Rows.of(seen, view);
        int at = Rows.selected(rows, view);
        return switch (key) {
            case Key.Named n ->
                switch (n) {
                    case UP -> Turn.of(select(view, rows, at - 1));
                    case DOWN -> Turn.of(select(view, rows, at + 1));
                    case PAGE_UP -> Turn.of(select(view, rows, at - page));
                    case PAGE_DOWN -> Turn.of(select(view, rows, at + page));
                    case HOME -> Turn.of(select(view, rows, 0));
                    case END -> Turn.of(select(view, rows, rows.size() - 1));
                    case TAB, RIGHT -> Turn.of(view.in(view.pane().neighbour(1)));
                    case BACK_TAB, LEFT -> Turn.of(view.in(view.pane().neighbour(-1)));
                    case ENTER -> at < 0 ? Turn.of(view) : opened(view, rows.get(at));
                    case ESCAPE -> Turn.of(view.filtered("").saying(""));
                    case BACKSPACE, OTHER, REDRAW, INTERRUPT -> Turn.of(view);
                };
            case Key.Typed t -> typed(t.codePoint(), view, rows, at);
        };
    }

    private static Turn typed(int c, View view, List<Row> rows, int at) {
        Optional<Row> row = at < 0 ? Optional.empty() : Optional.of(rows.get(at));
        for (View.Sort s : View.Sort.values()) {
            if (c == s.key && view.pane() == Pane.PROCESSES) {
                return Turn.of(view.by(s));
            }
        }
        return switch (c) {
            case 'q' -> new Turn(view, new Wish.Quit());
            case 'j' -> Turn.of(select(view, rows, at + 1));
            case 'k' -> Turn.of(select(view, rows, at - 1));
            case 'g' -> Turn.of(select(view, rows, 0));
            case 'G' -> Turn.of(select(view, rows, rows.size() - 1));
            case '1', '2', '3', '4' -> Turn.of(view.in(Pane.ALL.get(c - '1')));
            case '/' -> Turn.of(view.with(new Mode.Filtering(view.filter())).saying(""));
            case 't' -> Turn.of(view.asTree(!view.tree()));
            case 'l' -> new Turn(view.withLog(!view.log()), new Wish.Look());
            case ' ' -> Turn.of(view.held(!view.held()));
            case '?', 'h' -> Turn.of(view.with(new Mode.Reading("keys", Help.LINES, 0)));
            case 'w' -> row.map(r -> opened(view, r)).orElse(Turn.of(view));
            default -> row.map(r -> asked(c, view, r)).orElse(Turn.of(view));
        };
    }

    private static Turn asked(int c, View view, Row row) {
        if (view.held() && (c == '+' || c == '-') && row instanceof Row.Replica) {
            return Turn.of(view.saying("not while the picture is held: how many there are may have changed"));
        }
        Optional<Wish.Act> act = switch (row) {
            case Row.Replica p -> ofProcess(c, p);
            case Row.Schedule s -> ofSchedule(c, s);
            case Row.Queue q ->
                c == 'p'
                        ? Optional.of(new Wish.Queue("pause", q.name()))
                        : c == 'P' ? Optional.of(new Wish.Queue("resume", q.name())) : Optional.empty();
            case Row.Item _ -> Optional.empty();
        };
        return Turn.of(act.map(a ->
                        view.with(new Mode.Confirming(a)).selecting(row.name()).saying(""))
                .orElse(view));
    }

    private static Optional<Wish.Act> ofProcess(int c, Row.Replica p) {
        return switch (c) {
            case 'r' -> Optional.of(steer("restart", p));
            case 's' -> Optional.of(steer("stop", p));
            case 'u' -> Optional.of(steer("start", p));
            case '+' ->
                p.replicas() < MOST_REPLICAS
                        ? Optional.of(new Wish.Scale(p.process(), p.replicas(), p.replicas() + 1))
                        : Optional.empty();
            case '-' ->
                p.replicas() > 0
                        ? Optional.of(new Wish.Scale(p.process(), p.replicas(), p.replicas() - 1))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static Wish.Act steer(String verb, Row.Replica p) {
        boolean together = p.name().equals(p.process()) && p.replicas() > 1;
        boolean alone = p.name().equals(p.process()) && p.replicas() == 1;
        return new Wish.Steer(verb, p.name(), alone ? p.name() + "/0" : p.name(), together ? p.replicas() : 1);
    }

    private static Optional<Wish.Act> ofSchedule(int c, Row.Schedule s) {
        return switch (c) {
            case 'r' -> Optional.of(new Wish.Schedule("run", s.name()));
            case 'p' -> Optional.of(new Wish.Schedule(s.is().paused() == null ? "pause" : "resume", s.name()));
            default -> Optional.empty();
        };
    }

    private static Turn opened(View view, Row row) {
        return switch (row) {
            case Row.Replica p -> new Turn(view.selecting(p.name()), new Wish.Why(p.name()));
            case Row.Schedule s -> new Turn(view.selecting(s.name()), new Wish.Why(s.name()));
            case Row.Queue _, Row.Item _ -> Turn.of(view);
        };
    }

    private static View select(View view, List<Row> rows, int wanted) {
        return rows.isEmpty()
                ? view
                : view.selecting(
                        rows.get(Math.clamp(wanted, 0, rows.size() - 1)).name());
    }

    private static View filtering(Key key, View view, Mode.Filtering mode) {
        String filter = view.filter();
        return switch (key) {
            case Key.Typed t ->
                filter.length() < MOST_FILTER ? view.filtered(filter + Character.toString(t.codePoint())) : view;
            case Key.Named n ->
                switch (n) {
                    case ENTER -> view.with(new Mode.Watching());
                    case ESCAPE -> view.filtered(mode.before()).with(new Mode.Watching());
                    case BACKSPACE ->
                        filter.isEmpty()
                                ? view.with(new Mode.Watching())
                                : view.filtered(filter.substring(0, filter.offsetByCodePoints(filter.length(), -1)));
                    case UP,
                            DOWN,
                            LEFT,
                            RIGHT,
                            PAGE_UP,
                            PAGE_DOWN,
                            HOME,
                            END,
                            TAB,
                            BACK_TAB,
                            INTERRUPT,
                            REDRAW,
                            OTHER -> view;
                };
        };
    }

    /** Only a plain yes is one. */
    static boolean isYes(Key key) {
        return key instanceof Key.Typed(int c) && (c == 'y' || c == 'Y');
    }

    private static Turn confirming(Key key, View view, Mode.Confirming mode) {
        View back = view.with(new Mode.Watching());
        return isYes(key)
                ? new Turn(back.saying(mode.wish().words() + "…"), mode.wish())
                : Turn.of(back.saying("not done: " + mode.wish().words()));
    }

    private static View reading(Key key, View view, Mode.Reading mode, int page) {
        int last = Math.max(0, mode.lines().size() - page);
        int from = switch (key) {
            case Key.Named.UP -> mode.from() - 1;
            case Key.Named.DOWN -> mode.from() + 1;
            case Key.Named.PAGE_UP -> mode.from() - page;
            case Key.Named.PAGE_DOWN -> mode.from() + page;
            case Key.Named.HOME -> 0;
            case Key.Named.END -> last;
            case Key.Typed(int c) when c == 'k' -> mode.from() - 1;
            case Key.Typed(int c) when c == 'j' -> mode.from() + 1;
            case Key.Typed(int c) when c == ' ' -> mode.from() + page;
            case Key.Named _, Key.Typed _ -> LEAVE;
        };
        return from != LEAVE
                ? view.with(new Mode.Reading(mode.title(), mode.lines(), Math.clamp(from, 0, last)))
                : view.with(new Mode.Watching());
    }
}
