package dev.holdfast.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server's network namespace and one for each of its clients, each with a link of its own to the server, and none to
 * anybody else: addresses and ports are nobody's concern.
 */
final class Networks implements BeforeAllCallback, AfterAllCallback {
    private final int clients;
    private final String name = "hf-test-" + ProcessHandle.current().pid();
    private final List<String> made = new ArrayList<>();

    Networks(int clients) {
        this.clients = clients;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root makes network namespaces");
        assumeTrue(
                DaemonUnderTest.runPlain(List.of("sh", "-c", "command -v ip nsenter"))
                                .exit()
                        == 0,
                "the package iproute2 is not installed");
        assumeTrue(add(server()), "network namespaces cannot be made here");
        ip("-n", server(), "link", "set", "lo", "up");
        for (int i = 0; i < clients; i++) {
            assertThat(add(client(i))).isTrue();
            ip("-n", client(i), "link", "set", "lo", "up");
            ip(
                    "link", "add", "uplink", "netns", client(i), "type", "veth", "peer", "name", "to" + i, "netns",
                    server());
            ip("-n", server(), "address", "add", address(i) + "/30", "dev", "to" + i);
            ip("-n", client(i), "address", "add", clientAddress(i) + "/30", "dev", "uplink");
            ip("-n", server(), "link", "set", "to" + i, "up");
            ip("-n", client(i), "link", "set", "uplink", "up");
        }
    }

    private boolean add(String namespace) {
        boolean done = DaemonUnderTest.runPlain(List.of("ip", "netns", "add", namespace))
                        .exit()
                == 0;
        if (done) {
            made.add(namespace);
        }
        return done;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        made.forEach(n -> DaemonUnderTest.runPlain(List.of("ip", "netns", "delete", n)));
    }

    private static void ip(String... words) {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(words));
        var ran = DaemonUnderTest.runPlain(command);
        assertThat(ran.exit()).as(command + ran.err()).isZero();
    }

    private String server() {
        return name + "-s";
    }

    private String client(int i) {
        return name + "-" + i;
    }

    /** The server's, as this client sees it. */
    String address(int i) {
        return "10.77." + i + ".1";
    }

    private static String clientAddress(int i) {
        return "10.77." + i + ".2";
    }

    /** Runs a command at the server. */
    List<String> atServer() {
        return List.of("nsenter", "--net=/run/netns/" + server());
    }

    /** Runs a command at a client. */
    List<String> at(int i) {
        return List.of("nsenter", "--net=/run/netns/" + client(i));
    }

    /** The client has no network any more. */
    void unplug(int i) {
        ip("-n", client(i), "link", "set", "uplink", "down");
    }

    void plug(int i) {
        ip("-n", client(i), "link", "set", "uplink", "up");
    }

    /** What is sent to the client goes nowhere, and nobody is told. */
    void silence(int i) {
        ip("-n", server(), "route", "add", "blackhole", clientAddress(i) + "/32");
    }

    void unsilence(int i) {
        ip("-n", server(), "route", "delete", "blackhole", clientAddress(i) + "/32");
    }
}
