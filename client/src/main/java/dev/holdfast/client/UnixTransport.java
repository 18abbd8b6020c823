package dev.holdfast.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** The control socket, one connection a request: none is left from a daemon that has been replaced. */
final class UnixTransport implements Transport {
    private static final int PIECE = 64 << 10;

    private final Path socket;

    UnixTransport(Path socket) {
        this.socket = socket;
    }

    @Override
    public String where() {
        return socket.toString();
    }

    @Override
    public Answer exchange(Ask ask, Duration most) throws IOException, InterruptedException {
        long until = System.nanoTime() + most.toNanos();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, 0);
            if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
                await(selector, key, SelectionKey.OP_CONNECT, until);
                channel.finishConnect();
            }
            ByteBuffer out = ByteBuffer.wrap(HttpText.request(ask));
            while (out.hasRemaining()) {
                if (channel.write(out) == 0) {
                    await(selector, key, SelectionKey.OP_WRITE, until);
                }
            }
            return answer(channel, selector, key, until);
        } catch (ClosedByInterruptException e) {
            throw interrupted();
        }
    }

    private static Answer answer(SocketChannel channel, Selector selector, SelectionKey key, long until)
            throws IOException, InterruptedException {
        var text = new HttpText();
        byte[] piece = new byte[PIECE];
        boolean interrupted = false;
        while (true) {
            int n = channel.read(ByteBuffer.wrap(piece));
            if (n < 0) {
                throw new EOFException("the daemon hung up before it had answered");
            }
            if (n == 0 && interrupted) {
                throw interrupted();
            }
            if (n == 0) {
                interrupted = ready(selector, key, SelectionKey.OP_READ, until); // what is there already counts
                continue;
            }
            Answer answer = text.more(piece, n);
            if (answer != null) {
                return answer;
            }
        }
    }

    private static void await(Selector selector, SelectionKey key, int what, long until)
            throws IOException, InterruptedException {
        if (ready(selector, key, what, until)) {
            throw interrupted();
        }
    }

    /** @return whether this thread was interrupted, which stays */
    private static boolean ready(Selector selector, SelectionKey key, int what, long until) throws IOException {
        long left = until - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the daemon did not answer in time");
        }
        key.interestOps(what);
        selector.select(Math.max(1, left / 1_000_000));
        selector.selectedKeys().clear();
        return Thread.currentThread().isInterrupted();
    }

    private static InterruptedException interrupted() {
        Thread.interrupted(); // the exception says it from here on
        return new InterruptedException("interrupted before the daemon had answered");
    }
}
