package dev.holdfast.web;

import dev.holdfast.config.ApiSpec;
import dev.holdfast.pem.Pem;
import dev.holdfast.pem.TlsParties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

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
        String ca = tls.clientCa();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    TlsParties.showing(chain, key, tls.certificate(), tls.key()),
                    TlsParties.trusting(ca == null ? new X509Certificate[0] : Pem.chain(Path.of(ca))),
                    new SecureRandom());
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
}
