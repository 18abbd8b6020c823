package dev.holdfast.config;

import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.parser.Parser;

/** Stops where a text becomes too deep or too much, before the tree is made that would not fit. */
final class BoundedParser implements Parser {
    static final String TOO_DEEP = "this is nested too deep; lists and mappings nest at most " + Budget.DEPTH + " deep";

    private final Parser parser;
    private final String label;
    private final Budget budget;
    private int depth;

    BoundedParser(Parser parser, String label, Budget budget) {
        this.parser = parser;
        this.label = label;
        this.budget = budget;
    }

    @Override
    public boolean hasNext() {
        return parser.hasNext();
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return parser.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
        return parser.peekEvent();
    }

    @Override
    public Event next() {
        Event e = parser.next();
        int line = e.getStartMark().map(Mark::getLine).orElse(0) + 1;
        int column = e.getStartMark().map(Mark::getColumn).orElse(0) + 1;
        if (e instanceof CollectionStartEvent && ++depth > Budget.DEPTH) {
            throw new Budget.Exceeded(new Problem(label, line, column, TOO_DEEP));
        }
        if (e instanceof CollectionEndEvent) {
            depth--;
        } else {
            budget.written(label, line, column);
        }
        return e;
    }
}
