package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.sedano.services.PrivateCertificates;
import dev.sedano.services.PrivateRabbit;
import dev.sedano.worker.amqp.BrokerConnections;
import dev.sedano.worker.amqp.Endpoint;
import dev.sedano.worker.tls.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS to a real broker: what is right works, what is wrong says so, and nothing falls back. */
class BrokerTlsIT {
    @TempDir
    private static Path ours;

    @TempDir
    private static Path theirs;

    private static PrivateCertificates certificates;
    private static PrivateRabbit rabbit;

    @BeforeAll
    static void startServer() {
        certificates =
                PrivateCertificates.in(ours).issue("server", "ip:127.0.0.1").issue("client", "dns:client.example");
        rabbit = PrivateRabbit.builder().tls(certificates, "server").start();
    }

    @AfterAll
    static void stopServer() {
        rabbit.close();
    }

    private static TlsSettings client(boolean verify) {
        return new TlsSettings(
                verify, certificates.authority(), certificates.certificateOf("client"), certificates.keyOf("client"));
    }

    private static Connection open(String host, int port, @Nullable TlsSettings tls) throws Exception {
        return BrokerConnections.open(List.of(new Endpoint(host, port, "/", "guest", "guest", tls)), null, "tls test");
    }

    private static AbstractThrowableAssert<?, ?> refusal(String host, int port, @Nullable TlsSettings tls) {
        return assertThatThrownBy(() -> open(host, port, tls).abort())
                .isInstanceOf(BrokerConnections.UnreachableException.class)
                .hasMessageContaining(host + ":" + port)
                .hasMessageNotContaining("guest");
    }

    @Test
    void trustedServerAndClient_work() throws Exception {
        try (Connection connection = open("127.0.0.1", rabbit.tlsPort(), client(true));
                Channel channel = connection.createChannel()) {
            assertThat(channel.queueDeclare().getMessageCount()).isZero();
        }
    }

    @Test
    void certificateOfAnotherHost_isRefused_unlessNothingIsVerified() throws Exception {
        refusal("localhost", rabbit.tlsPort(), client(true)).hasMessageContaining("is for other names");

        open("localhost", rabbit.tlsPort(), client(false)).close();
    }

    @Test
    void unknownAuthority_isRefused() {
        Path foreign = PrivateCertificates.in(theirs).authority();

        for (TlsSettings tls : List.of(new TlsSettings(true, foreign, null, null), TlsSettings.PLATFORM)) {
            refusal("127.0.0.1", rabbit.tlsPort(), tls)
                    .hasMessageContaining("is not trusted")
                    .hasMessageContaining("ssl_ca_certs");
        }
    }

    @Test
    void clientWithoutCertificate_isToldSo() {
        refusal("127.0.0.1", rabbit.tlsPort(), new TlsSettings(true, certificates.authority(), null, null))
                .hasMessageContaining("ssl_certfile");
    }

    @Test
    void tlsOnThePlainPort_saysAmqp() {
        refusal("127.0.0.1", rabbit.port(), client(true))
                .hasMessageContaining("TLS")
                .hasMessageContaining("amqp://");
    }

    @Test
    void plaintextOnTheTlsPort_saysAmqps() {
        refusal("127.0.0.1", rabbit.tlsPort(), null).hasMessageContaining("TLS").hasMessageContaining("amqps://");
    }

    @Test
    void filesAreReadAtEachConnect_andOneThatVanishedIsNamed() throws Exception {
        Path moving = Files.copy(certificates.authority(), ours.resolve("moving.pem"));
        TlsSettings tls =
                new TlsSettings(true, moving, certificates.certificateOf("client"), certificates.keyOf("client"));
        open("127.0.0.1", rabbit.tlsPort(), tls).close();
        Files.delete(moving);

        refusal("127.0.0.1", rabbit.tlsPort(), tls)
                .hasMessageContaining("moving.pem")
                .hasMessageContaining("cannot be read");
    }
}
