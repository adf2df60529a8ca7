package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sedano.client.CeleryClient;
import dev.sedano.client.ClientConfig;
import dev.sedano.conformance.chaos.StoreProxy;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.services.PrivateCertificates;
import dev.sedano.services.PrivateRedis;
import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.ResultTimeoutException;
import dev.sedano.task.client.ResultsException;
import dev.sedano.task.client.SendException;
import dev.sedano.task.client.TaskClient;
import dev.sedano.worker.tls.TlsSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** The client's URLs: TLS to broker and store, users of the store. No worker: the tests write the results. */
final class ClientConnectionsIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private static Path folder;

    private static PrivateCertificates certificates;
    private static PrivateRedis redis;
    /** The shared broker, with TLS before it. */
    private static StoreProxy broker;

    @BeforeAll
    static void start() {
        certificates = PrivateCertificates.in(folder).issue("server", "ip:127.0.0.1");
        TlsSettings own =
                new TlsSettings(true, null, certificates.certificateOf("server"), certificates.keyOf("server"));
        broker = new StoreProxy(
                URI.create(HARNESS.broker().url()).getPort(), own.context().getServerSocketFactory());
        redis = PrivateRedis.builder()
                .tls(certificates, "server")
                .setting("tls-auth-clients no")
                .setting("user caller on >s3cret ~celery* &celery* +@all")
                .start();
    }

    @AfterAll
    static void stop() {
        redis.close();
        broker.close();
    }

    private static String trusting() {
        return "?ssl_ca_certs=" + certificates.authority();
    }

    private static String brokerUrl(String parameters) {
        return "amqps://guest:guest@127.0.0.1:" + broker.port() + "//" + parameters;
    }

    private static String storeUrl(String login, String parameters) {
        return "rediss://" + login + "127.0.0.1:" + redis.tlsPort() + "/0" + parameters;
    }

    /** As a worker writes it: record first, then the announcement. */
    private static void succeed(Jedis store, String id) {
        String record = "{\"status\": \"SUCCESS\", \"result\": 5, \"traceback\": null, \"children\": [],"
                + " \"task_id\": \"" + id + "\"}";
        store.set("celery-task-meta-" + id, record);
        store.publish("celery-task-meta-" + id, record);
    }

    @Test
    void tlsToBrokerAndStore_asAnAclUser() throws InterruptedException {
        String queue = HARNESS.queue();
        try (TaskClient client = CeleryClient.connect(
                        ClientConfig.of(brokerUrl(trusting()), storeUrl("caller:s3cret@", trusting()))
                                .withDefaultQueue(queue));
                Jedis store = new Jedis("127.0.0.1", redis.port())) {
            AsyncResult sum = client.send("proj.add", 2, 3);
            assertThat(HARNESS.publisher()
                            .take(queue, LIMIT)
                            .getProps()
                            .getHeaders()
                            .get("id"))
                    .hasToString(sum.id());
            assertThat(sum.state()).isEqualTo("PENDING");

            succeed(store, sum.id());

            assertThat(sum.get(LIMIT)).isEqualTo(5L);
        }
    }

    @Test
    void certificatesThatAreNotTrusted_areExplained_andNothingIsSent() {
        ClientConfig config =
                ClientConfig.of(brokerUrl(""), storeUrl("caller:s3cret@", "")).withSending(Duration.ofSeconds(4), 10);
        try (TaskClient client = CeleryClient.connect(config)) {
            assertThatExceptionOfType(SendException.class)
                    .isThrownBy(() -> client.send("proj.add", 2, 3))
                    .withMessageContaining("is not trusted")
                    .withMessageContaining("ssl_ca_certs")
                    .withMessageNotContaining("guest:")
                    .satisfies(refused -> assertThat(refused.mayHaveBeenSent()).isFalse());
            assertThatExceptionOfType(ResultTimeoutException.class)
                    .isThrownBy(() -> client.result("some").get(Duration.ofMillis(300)))
                    .withMessageContaining("ssl_ca_certs")
                    .withMessageNotContaining("s3cret");
        }
    }

    @Test
    void brokerThatTakesTheConnectionAndSaysNothing_wasSentNothing() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                TaskClient client = CeleryClient.connect(ClientConfig.of(
                                "amqp://guest:guest@127.0.0.1:" + silent.getLocalPort() + "//",
                                storeUrl("caller:s3cret@", trusting()))
                        .withSending(Duration.ofMillis(1_500), 10))) {
            assertThatExceptionOfType(SendException.class)
                    .isThrownBy(() -> client.send("proj.add", 2, 3))
                    .withMessageContaining("no answer of the broker")
                    .withMessageContaining("nothing was sent")
                    .satisfies(refused -> assertThat(refused.mayHaveBeenSent()).isFalse());
        }
    }

    @Test
    void wrongPassword_isToldAtOnce_andIsNotShown() {
        ClientConfig config = ClientConfig.of(brokerUrl(trusting()), storeUrl("caller:gu3ss@", trusting()));
        try (TaskClient client = CeleryClient.connect(config)) {
            assertThatExceptionOfType(ResultsException.class)
                    .isThrownBy(() -> client.result("some").get(Duration.ofHours(1)))
                    .withMessageContaining("rediss://127.0.0.1")
                    .withMessageContaining("WRONGPASS")
                    .satisfies(refused -> {
                        StringWriter trace = new StringWriter();
                        refused.printStackTrace(new PrintWriter(trace, true));
                        assertThat(trace.toString()).doesNotContain("gu3ss");
                    });
        }
    }

    @Test
    void plaintextOnTheTlsPort_saysWhatToWrite() {
        ClientConfig config =
                ClientConfig.of(HARNESS.broker().url(), storeUrl("", "").replace("rediss:", "redis:"));
        try (TaskClient client = CeleryClient.connect(config)) {
            assertThatExceptionOfType(ResultsException.class)
                    .isThrownBy(() -> client.result("some").state())
                    .withMessageContaining("rediss://");
        }
    }
}
