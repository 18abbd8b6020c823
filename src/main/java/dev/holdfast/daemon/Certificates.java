package dev.holdfast.daemon;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Looks at a server's certificates before they are judged, so that also of one that is over it is known when. */
final class Certificates extends X509ExtendedTrustManager {
    private static final X509Certificate[] NONE = {};

    private final X509ExtendedTrustManager judge;
    private final boolean verify;
    private volatile @Nullable Instant until;

    private Certificates(X509ExtendedTrustManager judge, boolean verify) {
        this.judge = judge;
        this.verify = verify;
    }

    /**
     * @param ca file of trusted certificates (PEM); null: those of the runtime
     * @param verify false: any will do
     */
    static Certificates of(@Nullable String ca, boolean verify) throws IOException, GeneralSecurityException {
        KeyStore trusted = null;
        if (ca != null) {
            trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            try (InputStream in = new FileInputStream(ca)) {
                int i = 0;
                for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                    trusted.setCertificateEntry("ca" + i++, c);
                }
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        for (TrustManager m : factory.getTrustManagers()) {
            if (m instanceof X509ExtendedTrustManager x509) {
                return new Certificates(x509, verify);
            }
        }
        throw new GeneralSecurityException("this runtime judges no certificates");
    }

    void into(HttpsURLConnection connection) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {this}, new SecureRandom());
        connection.setSSLSocketFactory(context.getSocketFactory());
        if (!verify) {
            connection.setHostnameVerifier((_, _) -> true);
        }
    }

    /** Until when the first of them to end is valid; null: none was shown. */
    @Nullable
    Instant until() {
        return until;
    }

    private void see(X509Certificate[] chain) {
        Instant first = null;
        for (X509Certificate c : chain) {
            Instant end = c.getNotAfter().toInstant();
            first = first == null || end.isBefore(first) ? end : first;
        }
        until = first;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        see(chain);
        if (verify) {
            judge.checkServerTrusted(chain, type, socket);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        see(chain);
        if (verify) {
            judge.checkServerTrusted(chain, type, engine);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        see(chain);
        if (verify) {
            judge.checkServerTrusted(chain, type);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        judge.checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        judge.checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        judge.checkClientTrusted(chain, type, engine);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return verify ? judge.getAcceptedIssuers() : NONE.clone();
    }
}
