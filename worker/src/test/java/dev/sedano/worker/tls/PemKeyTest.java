package dev.sedano.worker.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemKeyTest {
    /** Length of what precedes a 2048-bit RSA key in PKCS#8. */
    private static final int PKCS8_HEAD = 26;

    @TempDir
    private Path folder;

    private static PrivateKey generate(String algorithm) throws GeneralSecurityException {
        return KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
    }

    private Path file(String kind, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder().encodeToString(der);
        return Files.writeString(
                folder.resolve("key.pem"), "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void pkcs8_isReadWhateverItsAlgorithm(String algorithm) throws Exception {
        PrivateKey key = generate(algorithm);

        assertThat(PemKey.read("ssl_keyfile", file("PRIVATE KEY", key.getEncoded())))
                .isEqualTo(key);
    }

    @Test
    void olderFormOfRsa_isRead() throws Exception {
        PrivateKey key = generate("RSA");
        byte[] pkcs8 = key.getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, PKCS8_HEAD, pkcs8.length);

        assertThat(PemKey.read("ssl_keyfile", file("RSA PRIVATE KEY", pkcs1)).getEncoded())
                .isEqualTo(pkcs8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "CERTIFICATE", "PRIVATE KEY"})
    void anythingElse_isRefusedWithTheCure(String kind) throws IOException {
        Path file = file(kind, new byte[] {1, 2, 3});

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PemKey.read("ssl_keyfile", file))
                .withMessageContaining("ssl_keyfile names " + file)
                .withMessageContaining("openssl pkcs8");
    }
}
