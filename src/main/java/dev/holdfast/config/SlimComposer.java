package dev.holdfast.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.comments.CommentLine;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * Makes nodes that know where they begin and hold nothing else of the text: the library's marks keep all of it, at four
 * bytes a character, and cost more than the values.
 */
final class SlimComposer extends Composer {
    private static final int[] NO_TEXT = {};
    private static final int SHORT = 40;

    private final String label;
    private final Map<String, String> texts = new HashMap<>();

    SlimComposer(LoadSettings settings, Parser parser, String label) {
        super(settings, parser);
        this.label = label;
    }

    @Override
    protected Node composeScalarNode(Optional<Anchor> anchor, List<CommentLine> blockComments) {
        Node node = super.composeScalarNode(anchor, blockComments);
        return node instanceof ScalarNode s ? new Scalar(s, shared(s.getValue()), label) : node;
    }

    /** Keys and common values are the same text again and again. */
    private String shared(String text) {
        return text.length() > SHORT ? text : texts.computeIfAbsent(text, t -> t);
    }

    @Override
    protected SequenceNode composeSequenceNode(Optional<Anchor> anchor) {
        SequenceNode s = super.composeSequenceNode(anchor);
        return new SequenceNode(
                s.getTag(), true, s.getValue(), s.getFlowStyle(), slim(s.getStartMark()), Optional.empty());
    }

    @Override
    protected Node composeMappingNode(Optional<Anchor> anchor) {
        Node node = super.composeMappingNode(anchor);
        return node instanceof MappingNode m
                ? new MappingNode(
                        m.getTag(), true, m.getValue(), m.getFlowStyle(), slim(m.getStartMark()), Optional.empty())
                : node;
    }

    private static Optional<Mark> slim(Optional<Mark> mark) {
        return mark.map(m -> mark(m.getName(), m.getLine(), m.getColumn()));
    }

    private static Mark mark(String label, int line, int column) {
        return new Mark(label, 0, line, column, NO_TEXT, 0);
    }

    /** Most nodes are scalars: these make their mark when they are asked. */
    private static final class Scalar extends ScalarNode {
        private final String label;
        private final int line;
        private final int column;

        Scalar(ScalarNode of, String value, String label) {
            this(of.getTag(), value, of.getScalarStyle(), label, of.getStartMark());
        }

        private Scalar(Tag tag, String value, ScalarStyle style, String label, Optional<Mark> at) {
            super(tag, true, value, style, Optional.empty(), Optional.empty());
            this.label = label;
            this.line = at.map(Mark::getLine).orElse(0);
            this.column = at.map(Mark::getColumn).orElse(0);
        }

        @Override
        public Optional<Mark> getStartMark() {
            return Optional.of(mark(label, line, column));
        }
    }
}
