package dev.holdfast.pem;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** From certificates and keys to who shows them, and who trusts them. Thread-safe. */
public final class TlsParties {
    private TlsParties() {}

    /**
     * Who shows a certificate and has its key.
     *
     * @param certificate name of the chain's file, for people
     * @param keyFile of the key's
     * @throws IOException when the key is not that certificate's, with the names of both
     */
    public static KeyManager[] showing(X509Certificate[] chain, PrivateKey key, String certificate, String keyFile)
            throws IOException, GeneralSecurityException {
        if (!fits(chain[0], key)) {
            throw new IOException(keyFile + " is not the key of the first certificate in " + certificate);
        }
        char[] none = {};
        KeyStore own = empty();
        own.setKeyEntry("own", key, none, chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, none);
        return keys.getKeyManagers();
    }

    /** As {@link #showing(X509Certificate[], PrivateKey, String, String)}, out of these files. */
    public static KeyManager[] showing(String certificate, String keyFile)
            throws IOException, GeneralSecurityException {
        return showing(Pem.chain(Path.of(certificate)), Pem.key(Path.of(keyFile)), certificate, keyFile);
    }

    /** Who trusts these authorities and no others; of none: nobody. */
    public static TrustManager[] trusting(X509Certificate... authorities) throws IOException, GeneralSecurityException {
        KeyStore trusted = empty();
        for (int i = 0; i < authorities.length; i++) {
            trusted.setCertificateEntry("ca" + i, authorities[i]);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust.getTrustManagers();
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
