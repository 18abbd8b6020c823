package dev.holdfast.log;

import dev.holdfast.linux.UnixDatagram;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A syslog server, connected to when there is something to say. */
final class SyslogChannel implements Channel {
    private static final int LARGEST_DATAGRAM = 60_000; // RFC 5426, 3.2: what IPv4 can carry
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final OutputTarget.Place.Syslog to;
    private final String host;
    private final boolean json;
    private @Nullable Wire wire;

    /** An open connection. */
    private interface Wire extends AutoCloseable {
        void send(byte[] message) throws IOException;

        default void flush() throws IOException {}

        @Override
        void close() throws IOException;
    }

    SyslogChannel(OutputTarget.Place.Syslog to, String host, boolean json) {
        this.to = to;
        this.host = host;
        this.json = json;
    }

    @Override
    public void send(List<Entry> lines) throws IOException {
        try {
            Wire open = wire == null ? connect() : wire;
            wire = open;
            for (Entry e : lines) {
                open.send(SyslogMessage.of(e, to.facility(), host, json));
            }
            open.flush();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private Wire connect() throws IOException {
        return switch (to.address()) {
            case OutputTarget.Address.Udp(String server, int port) -> udp(address(server, port));
            case OutputTarget.Address.Tcp(String server, int port) -> tcp(address(server, port));
            case OutputTarget.Address.Unix(var socket) -> unix(UnixDatagram.to(socket.toString(), LARGEST_DATAGRAM));
        };
    }

    private static InetSocketAddress address(String server, int port) throws IOException {
        var address = new InetSocketAddress(server, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException(server + " is no known host");
        }
        return address;
    }

    private static Wire udp(InetSocketAddress server) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.connect(server);
        return new Wire() {
            @Override
            public void send(byte[] message) throws IOException {
                channel.write(ByteBuffer.wrap(message, 0, Math.min(message.length, LARGEST_DATAGRAM)));
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    private static Wire tcp(InetSocketAddress server) throws IOException {
        var socket = new Socket();
        try {
            socket.connect(server, (int) CONNECT.toMillis());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        var out = new java.io.BufferedOutputStream(socket.getOutputStream(), 64 << 10);
        return new Wire() {
            @Override
            public void send(byte[] message) throws IOException {
                out.write((message.length + " ").getBytes(StandardCharsets.US_ASCII));
                out.write(message);
            }

            @Override
            public void flush() throws IOException {
                out.flush();
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    private static Wire unix(UnixDatagram socket) {
        return new Wire() {
            @Override
            public void send(byte[] message) throws IOException {
                socket.send(message, message.length);
            }

            @Override
            public void close() {
                socket.close();
            }
        };
    }

    @Override
    public void close() {
        Wire open = wire;
        wire = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException gone) {
                // there is nothing more to lose
            }
        }
    }
}
