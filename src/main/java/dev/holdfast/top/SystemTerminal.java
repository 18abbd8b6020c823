package dev.holdfast.top;

import java.io.IOException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.ShutdownHooks;

/** This process's own terminal, whatever keys are pressed on it; given back as it was found, also when we are ended. */
final class SystemTerminal implements Top.Face, AutoCloseable {
    private final Terminal terminal;
    private final ShutdownHooks.Task atTheEnd = this::giveBack;
    private final Attributes before;
    private boolean given;

    private SystemTerminal(Terminal terminal) {
        this.terminal = terminal;
        before = terminal.enterRawMode();
        Attributes raw = terminal.getAttributes();
        raw.setLocalFlag(Attributes.LocalFlag.ISIG, false); // what is typed comes as keys, Ctrl-Z too
        terminal.setAttributes(raw);
        terminal.writer().print(Canvas.ENTER);
        terminal.flush();
        ShutdownHooks.add(atTheEnd);
    }

    static SystemTerminal open() throws IOException {
        // No questions to the terminal: one that answers none would be waited for.
        return new SystemTerminal(TerminalBuilder.builder()
                .system(true)
                .provider(TerminalBuilder.PROP_PROVIDER_FFM)
                .dumb(false)
                .graphemeCluster(false)
                .build());
    }

    @Override
    public int read(long millis) throws IOException {
        return terminal.reader().read(millis);
    }

    @Override
    public int width() {
        return terminal.getSize().getColumns();
    }

    @Override
    public int height() {
        return terminal.getSize().getRows();
    }

    @Override
    public synchronized void write(String text) throws IOException {
        if (given) {
            return;
        }
        terminal.writer().print(text);
        terminal.flush();
        if (terminal.writer().checkError()) {
            throw new IOException("the terminal is gone");
        }
    }

    private synchronized void giveBack() {
        if (given) {
            return;
        }
        given = true;
        terminal.writer().print(Canvas.LEAVE);
        terminal.flush();
        terminal.setAttributes(before);
    }

    @Override
    public void close() throws IOException {
        giveBack();
        ShutdownHooks.remove(atTheEnd);
        terminal.close();
    }
}
