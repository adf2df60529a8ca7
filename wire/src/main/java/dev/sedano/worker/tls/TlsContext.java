package dev.sedano.worker.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Makes a TLS context of PEM files. */
final class TlsContext {
    private static final char[] NO_PASSWORD = {};

    private TlsContext() {}

    /** Throws IllegalArgumentException naming parameter and file. */
    static SSLContext of(TlsSettings tls) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(tls), trust(tls), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the TLS settings cannot be used: " + e.getMessage(), e);
        }
    }

    private static TrustManager @Nullable [] trust(TlsSettings tls) throws GeneralSecurityException, IOException {
        if (!tls.verify()) {
            return new TrustManager[] {new Anybody()};
        }
        Path file = tls.caFile();
        if (file == null) {
            return null;
        }
        KeyStore trusted = empty();
        int count = 0;
        for (Certificate each : certificates("ssl_ca_certs", file)) {
            trusted.setCertificateEntry("ca" + count++, each);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] keys(TlsSettings tls) throws GeneralSecurityException, IOException {
        Path certificate = tls.certificateFile();
        if (certificate == null) {
            if (tls.keyFile() != null) {
                throw new IllegalArgumentException(
                        "ssl_keyfile is given without ssl_certfile: name the file of the client's certificate too");
            }
            return null;
        }
        Certificate[] chain = certificates("ssl_certfile", certificate).toArray(Certificate[]::new);
        PrivateKey key = tls.keyFile() == null
                ? PemKey.read("ssl_certfile", certificate)
                : PemKey.read("ssl_keyfile", tls.keyFile());
        KeyStore own = empty();
        own.setKeyEntry("client", key, NO_PASSWORD, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static Collection<? extends Certificate> certificates(String parameter, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (!all.isEmpty()) {
                return all;
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    parameter + " names " + file + ", which cannot be read: check path and permissions", e);
        } catch (GeneralSecurityException e) {
            throw noCertificate(parameter, file, e);
        }
        throw noCertificate(parameter, file, null);
    }

    private static IllegalArgumentException noCertificate(String parameter, Path file, @Nullable Exception cause) {
        return new IllegalArgumentException(
                parameter + " names " + file + ", which holds no PEM certificate (-----BEGIN CERTIFICATE-----)", cause);
    }

    /** What ssl_cert_reqs=none asks for. Extended, because Java would add a check of the host name to any other kind. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
