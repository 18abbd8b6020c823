package dev.holdfast.pem;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Certificates and private keys as administrators have them: RFC 7468 texts. Read anew with each call. */
public final class Pem {
    private static final long MOST_BYTES = 1 << 20;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    /** The algorithms of RFC 8017, C, and RFC 5480, 2.1.1, as DER object identifiers. */
    private static final byte[] RSA = {0x06, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0};

    private static final byte[] EC = {0x06, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};
    /** Version 0, with which PKCS#8 begins (RFC 5208, 5). */
    private static final byte[] VERSION = {0x02, 1, 0};

    private Pem() {}

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Block(String kind, byte[] der) {}

    /** @throws IOException also when it holds none */
    public static X509Certificate[] chain(Path file) throws IOException {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            var chain = new ArrayList<X509Certificate>();
            for (Block b : blocks(file)) {
                if (b.kind.equals("CERTIFICATE")) {
                    Certificate c = factory.generateCertificate(new ByteArrayInputStream(b.der));
                    chain.add((X509Certificate) c);
                }
            }
            if (chain.isEmpty()) {
                throw new IOException(file + " holds no certificate (PEM)");
            }
            return chain.toArray(X509Certificate[]::new);
        } catch (CertificateException e) {
            throw new IOException(file + " holds what is no certificate: " + e.getMessage(), e);
        }
    }

    /** @throws IOException also when it holds none, or one that needs a passphrase; never with a part of it */
    public static PrivateKey key(Path file) throws IOException {
        for (Block b : blocks(file)) {
            switch (b.kind) {
                case "PRIVATE KEY" -> {
                    return read(file, b.der);
                }
                case "RSA PRIVATE KEY" -> {
                    return read(file, wrapped(RSA, b.der));
                }
                case "EC PRIVATE KEY" -> {
                    return read(file, wrapped(join(EC, curve(file, b.der)), b.der));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new IOException(file + " is encrypted, and nobody is there to ask for its passphrase: give"
                            + " it without one (openssl pkey), readable to the daemon alone");
                default -> {} // parameters, or the certificate in the same file
            }
        }
        throw new IOException(file + " holds no private key (PEM)");
    }

    private static List<Block> blocks(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + " is too large for keys and certificates");
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (text.contains("Proc-Type: 4,ENCRYPTED")) {
            return List.of(new Block("ENCRYPTED PRIVATE KEY", new byte[0]));
        }
        var blocks = new ArrayList<Block>();
        Matcher m = BLOCK.matcher(text);
        while (m.find()) {
            try {
                blocks.add(new Block(m.group(1), Base64.getMimeDecoder().decode(m.group(2))));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + " holds a " + m.group(1) + " that is not whole", e);
            }
        }
        return blocks;
    }

    /** The algorithm is inside; we need not look for it: only one takes it. */
    private static PrivateKey read(Path file, byte[] pkcs8) throws IOException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            PrivateKey key = read(algorithm, pkcs8);
            if (key != null) {
                return key;
            }
        }
        throw new IOException(file + " holds a key that this runtime does not read: RSA, EC and EdDSA it does");
    }

    /** Null: it is another algorithm's. */
    private static @Nullable PrivateKey read(String algorithm, byte[] pkcs8) throws IOException {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (InvalidKeySpecException another) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, join(VERSION, join(der(SEQUENCE, algorithm), der(OCTETS, key))));
    }

    /** Of an EC key its own file says the curve, in {@code [0]}, the third element or later (RFC 5915, 3). */
    private static byte[] curve(Path file, byte[] sec1) throws IOException {
        for (int at = 0; at + 2 < sec1.length; at++) {
            int length = sec1[at + 1];
            boolean parameters = (sec1[at] & 0xff) == 0xa0 && sec1[at + 2] == 0x06 && sec1[at + 3] == length - 2;
            if (parameters && at + 2 + length <= sec1.length) {
                byte[] curve = new byte[length];
                System.arraycopy(sec1, at + 2, curve, 0, length);
                return curve;
            }
        }
        throw new IOException(file + " does not say its curve; openssl pkcs8 -topk8 -nocrypt writes one that does");
    }

    private static byte[] der(int tag, byte[] content) {
        var out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            int bytes = content.length < 0x100 ? 1 : content.length < 0x10000 ? 2 : 3;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(content.length >> (8 * i));
            }
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = new byte[a.length + b.length];
        System.arraycopy(a, 0, both, 0, a.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
