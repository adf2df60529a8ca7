package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sedano.services.PrivateCertificates;
import dev.sedano.services.PrivateRedis;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.StoreStatus.Verdict;
import dev.sedano.worker.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS on a real server: what is right works, what is wrong says so, and nothing falls back. */
class StoreTlsIT {
    @TempDir
    private static Path ours;

    @TempDir
    private static Path theirs;

    private static PrivateCertificates certificates;
    private static PrivateRedis redis;
    private static PrivateRedis elsewhere;

    @BeforeAll
    static void startServers() {
        certificates = PrivateCertificates.in(ours)
                .issue("server", "ip:127.0.0.1,dns:localhost")
                .issue("other", "dns:elsewhere.example")
                .issue("client", "dns:client.example");
        redis = PrivateRedis.builder()
                .tls(certificates, "server")
                .setting("user worker on >s3cret ~* &* +@all")
                .start();
        elsewhere = PrivateRedis.builder()
                .tls(certificates, "other")
                .setting("tls-auth-clients no")
                .start();
    }

    @AfterAll
    static void stopServers() {
        redis.close();
        elsewhere.close();
    }

    private static TlsSettings client(boolean verify) {
        return new TlsSettings(
                verify, certificates.authority(), certificates.certificateOf("client"), certificates.keyOf("client"));
    }

    private static RedisIdempotencyStore open(
            int port, @Nullable TlsSettings tls, @Nullable String user, @Nullable String password) {
        return new RedisIdempotencyStore(RedisStoreSettings.builder(
                        new RedisServers.Standalone(new RedisEndpoint("127.0.0.1", port, 0, user, password, tls)))
                // The first handshake of a JVM loads many classes.
                .callDeadline(Duration.ofSeconds(8))
                .build());
    }

    private static StoreException refusal(int port, @Nullable TlsSettings tls) {
        try (RedisIdempotencyStore store = open(port, tls, null, null)) {
            return Calls.failure(store.hello());
        }
    }

    @Test
    void trustedServerAndClient_work_asAnAclUserToo() {
        try (RedisIdempotencyStore store = open(redis.tlsPort(), client(true), "worker", "s3cret")) {
            assertThat(Calls.get(store.hello()).verdict()).isIn(Verdict.CREATED, Verdict.OK);
            Calls.get(store.claim(Calls.claim("a")));
        }
    }

    @Test
    void wrongPasswordOfAnAclUser_isAFaultOfConfiguration_andIsNotShown() {
        try (RedisIdempotencyStore store = open(redis.tlsPort(), client(true), "worker", "gu3ss")) {
            StoreException refused = Calls.failure(store.hello());
            assertThat(refused.kind()).isEqualTo(Kind.NOT_PERMITTED);
            assertThat(refused).hasMessageNotContaining("gu3ss");
        }
    }

    @Test
    void clientWithoutCertificate_isToldSo() {
        StoreException refused = refusal(redis.tlsPort(), new TlsSettings(true, certificates.authority(), null, null));

        // The server's alert may be lost when it closes the connection.
        assertThat(refused.kind()).isIn(Kind.NOT_PERMITTED, Kind.CONNECT);
        assertThat(refused).hasMessageContaining("ssl_certfile");
    }

    @Test
    void certificateOfAnotherHost_isRefused_unlessNothingIsVerified() {
        StoreException refused = refusal(elsewhere.tlsPort(), client(true));

        assertThat(refused.kind()).isEqualTo(Kind.NOT_PERMITTED);
        assertThat(refused).hasMessageContaining("is for other names");
        try (RedisIdempotencyStore store = open(elsewhere.tlsPort(), client(false), null, null)) {
            assertThat(Calls.get(store.hello()).verdict()).isEqualTo(Verdict.CREATED);
        }
    }

    @Test
    void unknownAuthority_isRefused() {
        Path foreign = PrivateCertificates.in(theirs).authority();

        for (TlsSettings tls : new TlsSettings[] {new TlsSettings(true, foreign, null, null), TlsSettings.PLATFORM}) {
            StoreException refused = refusal(elsewhere.tlsPort(), tls);
            assertThat(refused.kind()).isEqualTo(Kind.NOT_PERMITTED);
            assertThat(refused).hasMessageContaining("is not trusted").hasMessageContaining("ssl_ca_certs");
        }
    }

    @Test
    void plaintextOnTheTlsPort_failsAndSaysRediss() {
        StoreException refused = refusal(redis.tlsPort(), null);

        assertThat(refused).hasMessageContaining("rediss://").hasMessageContaining("TLS");
    }

    @Test
    void tlsOnThePlaintextPort_failsAndSaysRedis() {
        // Redis waits for the end of what it takes for a line.
        assertThat(refusal(redis.port(), client(true)))
                .hasMessageContaining("TLS")
                .hasMessageContaining("redis://");
    }

    @Test
    void filesThatAreNoCertificates_areNamed() throws IOException {
        Path empty = Files.writeString(ours.resolve("empty.pem"), "nothing");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TlsSettings(true, empty, null, null).context())
                .withMessageContaining("ssl_ca_certs")
                .withMessageContaining("empty.pem");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TlsSettings(true, null, certificates.authority(), empty).context())
                .withMessageContaining("ssl_keyfile")
                .withMessageContaining("pkcs8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TlsSettings(true, null, null, certificates.keyOf("client")).context())
                .withMessageContaining("ssl_certfile");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TlsSettings(true, ours.resolve("missing.pem"), null, null).context())
                .withMessageContaining("cannot be read");
    }
}
