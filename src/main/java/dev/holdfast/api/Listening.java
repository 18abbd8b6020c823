package dev.holdfast.api;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Where connections come from. */
interface Listening extends Channel {
    SocketChannel accept() throws IOException;

    /** A socket of the system. */
    record OnSocket(ServerSocketChannel channel) implements Listening {
        @Override
        public SocketChannel accept() throws IOException {
            return channel.accept();
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
