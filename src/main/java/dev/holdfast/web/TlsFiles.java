package dev.holdfast.web;

import dev.holdfast.config.ApiSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What TLS is spoken with, out of its files.
 *
 * @param stamp of the files as they were read: another one, and they are to be read anew
 * @param until when the first of our certificates is over
 */
record TlsFiles(SSLContext context, String stamp, Instant until) {
    /** @throws IOException which says what is wrong with which file, without a part of a key */
    static TlsFiles read(ApiSpec.Tls tls) throws IOException {
        String stamp = stamp(tls);
        X509Certificate[] chain = Pem.chain(Path.of(tls.certificate()));
        PrivateKey key = Pem.key(Path.of(tls.key()));
        try {
            if (!fits(chain[0], key)) {
                throw new IOException(tls.key() + " is not the key of the first certificate in " + tls.certificate());
            }
            char[] none = {};
            KeyStore own = empty();
            own.setKeyEntry("own", key, none, chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, none);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities(tls));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), new SecureRandom());
            Instant until = Instant.MAX;
            for (X509Certificate c : chain) {
                Instant end = c.getNotAfter().toInstant();
                until = end.isBefore(until) ? end : until;
            }
            return new TlsFiles(context, stamp, until);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "TLS with " + tls.certificate() + " and " + tls.key() + " cannot be spoken: " + e.getMessage(), e);
        }
    }

    /** What changes when the files do; of one that is not there, too. */
    static String stamp(ApiSpec.Tls tls) {
        var stamp = new ArrayList<String>();
        String ca = tls.clientCa();
        for (String file :
                ca == null ? List.of(tls.certificate(), tls.key()) : List.of(tls.certificate(), tls.key(), ca)) {
            try {
                BasicFileAttributes now = Files.readAttributes(Path.of(file), BasicFileAttributes.class);
                stamp.add(now.lastModifiedTime() + " " + now.size() + " " + now.fileKey());
            } catch (IOException e) {
                stamp.add("none");
            }
        }
        return stamp.toString();
    }

    private static KeyStore authorities(ApiSpec.Tls tls) throws IOException, GeneralSecurityException {
        KeyStore trusted = empty();
        String ca = tls.clientCa();
        if (ca != null) {
            int i = 0;
            for (X509Certificate c : Pem.chain(Path.of(ca))) {
                trusted.setCertificateEntry("ca" + i++, c);
            }
        }
        return trusted;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static boolean fits(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        byte[] something = {1, 2, 3};
        try {
            Signature sign = Signature.getInstance(algorithm);
            sign.initSign(key);
            sign.update(something);
            byte[] signed = sign.sign();
            sign.initVerify(certificate.getPublicKey());
            sign.update(something);
            return sign.verify(signed);
        } catch (InvalidKeyException anotherKind) {
            return false;
        }
    }
}
