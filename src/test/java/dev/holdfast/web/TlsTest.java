package dev.holdfast.web;

import static dev.holdfast.web.ListenerUnderTest.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.config.ApiSpec;
import dev.holdfast.config.RateLimitSpec;
import dev.holdfast.pem.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS from files as administrators have them. */
class TlsTest {
    @TempDir
    Path dir;

    @BeforeEach
    void certificates() {
        Pems.selfSigned(dir, "one", "localhost");
    }

    private ApiSpec.Tls files(@Nullable String ca) {
        return new ApiSpec.Tls(
                dir.resolve("one.pem").toString(),
                dir.resolve("one.key").toString(),
                ca == null ? null : dir.resolve(ca).toString());
    }

    private ListenerUnderTest listener(@Nullable String ca) throws Exception {
        return new ListenerUnderTest(dir, files(ca), RateLimitSpec.DEFAULT);
    }

    /** Trusts {@code trusted} alone, and shows {@code own}. */
    private Wire wire(int port, String trusted, @Nullable String own, String... protocols) throws Exception {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("a", Pem.chain(dir.resolve(trusted + ".pem"))[0]);
        TrustManagerFactory judge = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        judge.init(trust);
        KeyManager[] keys = null;
        if (own != null) {
            KeyStore mine = KeyStore.getInstance("PKCS12");
            mine.load(null, null);
            mine.setKeyEntry(
                    "me", Pem.key(dir.resolve(own + ".key")), new char[0], Pem.chain(dir.resolve(own + ".pem")));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(mine, new char[0]);
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, judge.getTrustManagers(), new SecureRandom());
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        socket.setSoTimeout(60_000);
        socket.startHandshake();
        lastShown = socket.getSession().getPeerCertificates();
        return new Wire(socket);
    }

    private Certificate[] lastShown = {};

    @Test
    void requestsAreAnsweredInsideIt() throws Exception {
        try (var under = listener(null);
                Wire wire = wire(under.listener.port(), "one", null)) {
            wire.send(head("GET", "/api/v1/status", under.reads) + "\r\n");
            assertThat(wire.all()).contains("200 OK", "reader");
            assertThat(under.ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .as("what is no TLS")
                    .doesNotContain("200");
        }
    }

    @Test
    void anOriginIsComparedWithHttps() throws Exception {
        try (var under = listener(null);
                Wire wire = wire(under.listener.port(), "one", null)) {
            wire.send(head("POST", "/api/x", under.reads) + "Origin: https://localhost\r\nContent-Length: 0\r\n\r\n");
            assertThat(wire.all()).contains("200 OK");
        }
    }

    @Test
    void oldVersionsAreNotSpoken() throws Exception {
        try (var under = listener(null)) {
            assertThatThrownBy(() -> wire(under.listener.port(), "one", null, "TLSv1.1"))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void filesThatChangeAreReadAnewAndDamagedOnesAreSaid() throws Exception {
        try (var under = listener(null)) {
            assertThat(under.listener.reloadTls()).isNull();
            Pems.selfSigned(dir, "two", "localhost");
            Files.copy(dir.resolve("two.pem"), dir.resolve("one.pem"), StandardCopyOption.REPLACE_EXISTING);
            assertThat(under.listener.reloadTls()).contains("is not the key of the first certificate");
            assertThat(under.listener.tlsTrouble()).isNotNull();
            assertThat(under.listener.reloadTls()).as("said once").isNull();
            Files.copy(dir.resolve("two.key"), dir.resolve("one.key"), StandardCopyOption.REPLACE_EXISTING);
            assertThat(under.listener.reloadTls()).contains("as it is now");
            assertThat(under.listener.tlsTrouble()).isNull();
            try (Wire _ = wire(under.listener.port(), "two", null)) {
                assertThat(((X509Certificate) lastShown[0])
                                .getSubjectX500Principal()
                                .getName())
                        .isEqualTo("CN=two");
            }
        }
    }

    @Test
    void withClientCertificatesATokenAloneIsNotEnough() throws Exception {
        Pems.selfSigned(dir, "client", "me");
        Pems.selfSigned(dir, "stranger", "me");
        try (var under = listener("client.pem")) {
            String request = head("GET", "/api/v1/status", under.reads) + "\r\n";
            try (Wire wire = wire(under.listener.port(), "one", "client")) {
                assertThat(wire.send(request).all()).contains("200 OK");
            }
            for (String own : new String[] {null, "stranger"}) {
                assertThatThrownBy(() -> {
                            try (Wire wire = wire(under.listener.port(), "one", own)) {
                                assertThat(wire.send(request).all()).isNotEmpty();
                                throw new AssertionError("it was answered");
                            }
                        })
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048', PKCS#8 RSA",
        "'genrsa -traditional', PKCS#1",
        "'ecparam -name secp384r1 -genkey', SEC 1 after its parameters",
        "'ecparam -name prime256v1 -genkey -noout', SEC 1",
        "'genpkey -algorithm ed25519', Ed25519",
    })
    void keysAreReadAsOpensslWritesThem(String command, String kind) throws Exception {
        var args = new ArrayList<>(List.of(command.split(" ", -1)));
        args.addAll(List.of("-out", dir.resolve("k.key").toString()));
        Pems.openssl(args.toArray(String[]::new));
        Pems.openssl(
                "req",
                "-x509",
                "-new",
                "-key",
                dir.resolve("k.key").toString(),
                "-subj",
                "/CN=k",
                "-days",
                "9",
                "-out",
                dir.resolve("k.pem").toString());
        var tls = new ApiSpec.Tls(
                dir.resolve("k.pem").toString(), dir.resolve("k.key").toString(), null);
        assertThat(TlsFiles.read(tls).until()).as(kind).isAfter("2026-01-01T00:00:00Z");
    }

    @Test
    void whatCannotBeUsedIsSaidWithoutAPartOfTheKey() throws Exception {
        Pems.openssl(
                "genpkey",
                "-algorithm",
                "ed25519",
                "-aes256",
                "-pass",
                "pass:geheim",
                "-out",
                dir.resolve("locked.key").toString());
        assertThatThrownBy(() -> Pem.key(dir.resolve("locked.key"))).hasMessageContaining("is encrypted");
        String key = Files.readString(dir.resolve("one.key"));
        Files.writeString(dir.resolve("torn.key"), key.substring(0, 60) + "\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> Pem.key(dir.resolve("torn.key")))
                .isInstanceOf(IOException.class)
                .message()
                .doesNotContain(key.substring(30, 50));
        assertThatThrownBy(() -> Pem.key(dir.resolve("one.pem"))).hasMessageContaining("holds no private key");
        assertThatThrownBy(() -> Pem.chain(dir.resolve("one.key"))).hasMessageContaining("holds no certificate");
        assertThatThrownBy(() -> Pem.chain(dir.resolve("none"))).isInstanceOf(IOException.class);
        Pems.selfSigned(dir, "two", "localhost");
        assertThatThrownBy(() -> TlsFiles.read(new ApiSpec.Tls(
                        dir.resolve("one.pem").toString(),
                        dir.resolve("two.key").toString(),
                        null)))
                .hasMessageContaining("is not the key of");
    }
}
