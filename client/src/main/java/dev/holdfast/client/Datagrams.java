package dev.holdfast.client;

import java.io.IOException;

/** Unix datagrams by system calls: not before Java 22, whose class of this name stands in META-INF/versions/22. */
final class Datagrams {
    private Datagrams() {}

    static boolean there() {
        return false;
    }

    static void send(String socket, byte[] message) throws IOException {
        throw new Wires.Never("no Unix datagrams before Java 22: " + socket + ", " + message.length + " bytes");
    }
}
