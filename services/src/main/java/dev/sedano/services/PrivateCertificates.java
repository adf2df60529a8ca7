package dev.sedano.services;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A certificate authority of our own and what it signs, as PEM files in one folder, made by the JDK's keytool. The files are
 * worth nothing outside a test: valid for a day, with keys that anybody may read who can read the folder.
 */
public final class PrivateCertificates {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String PASSWORD = "private";

    private final Path folder;

    private PrivateCertificates(Path folder) {
        this.folder = folder;
    }

    /** Makes an authority: {@code ca.pem} in {@code folder}, which exists and is empty. */
    public static PrivateCertificates in(Path folder) {
        PrivateCertificates made = new PrivateCertificates(folder);
        made.keytool("-genkeypair", "-alias", "ca", "-dname", "CN=Sedano test authority", "-ext", "bc:c");
        made.write("ca.pem", "CERTIFICATE", made.certificate("ca"));
        return made;
    }

    /** Returns the file of the authority's certificate. */
    public Path authority() {
        return folder.resolve("ca.pem");
    }

    /**
     * Makes a key and a certificate for it: {@code name.pem} and {@code name.key}.
     *
     * @param subjects as keytool writes them: {@code ip:127.0.0.1,dns:localhost}
     */
    public PrivateCertificates issue(String name, String subjects) {
        keytool("-genkeypair", "-alias", name, "-dname", "CN=" + name);
        Path request = folder.resolve(name + ".csr");
        Path signed = folder.resolve(name + ".pem");
        keytool("-certreq", "-alias", name, "-file", request.toString());
        keytool(
                "-gencert",
                "-rfc",
                "-alias",
                "ca",
                "-infile",
                request.toString(),
                "-outfile",
                signed.toString(),
                "-ext",
                "san=" + subjects,
                "-validity",
                "1");
        write(name + ".key", "PRIVATE KEY", key(name));
        return this;
    }

    /** Returns the file of a certificate that was issued. */
    public Path certificateOf(String name) {
        return folder.resolve(name + ".pem");
    }

    /** Returns the file of its key. */
    public Path keyOf(String name) {
        return folder.resolve(name + ".key");
    }

    private void keytool(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store().toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        if (arguments[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "1"));
        }
        Path log = folder.resolve("keytool.log");
        if (!new Shell(Map.of(), log).succeeds(LIMIT, command)) {
            throw new ServiceException("keytool " + arguments[0] + " failed; its output is in " + log);
        }
    }

    private Path store() {
        return folder.resolve("keys.p12");
    }

    private KeyStore open() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store())) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private byte[] key(String name) {
        try {
            Key key = open().getKey(name, PASSWORD.toCharArray());
            return key.getEncoded();
        } catch (GeneralSecurityException | IOException e) {
            throw new ServiceException("cannot read the key of " + name, e);
        }
    }

    private byte[] certificate(String name) {
        try {
            Certificate certificate = open().getCertificate(name);
            return certificate.getEncoded();
        } catch (GeneralSecurityException | IOException e) {
            throw new ServiceException("cannot read the certificate of " + name, e);
        }
    }

    private void write(String file, String kind, byte[] content) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        try {
            Files.writeString(
                    folder.resolve(file), "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
        } catch (IOException e) {
            throw new ServiceException("cannot write " + file, e);
        }
    }
}
