package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

/** Secrets are planted wherever a worker meets them; it must print none, whatever happens to the work. */
final class SecretsIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String SECRET = "planted";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final String queue = HARNESS.queue();

    private static String planted() {
        return SECRET + UUID.randomUUID();
    }

    @Test
    void argumentsAndStorePasswordAreNotPrinted() {
        TestStore store = HARNESS.own(TestStore.start());
        String password = planted();
        try (Jedis redis = store.connect(0)) {
            redis.configSet("requirepass", password);
        }
        WorkerProcess worker = HARNESS.start(HARNESS.worker(queue)
                .backend(store.url(0).replace("redis://", "redis://:" + password + "@"))
                .options("-l", "DEBUG"));
        CeleryMessage first = CeleryMessage.of("ledger.work", "plan-a", 0).header("idempotency_key", "key-of-secrets");
        CeleryMessage broken = CeleryMessage.of("proj.add", 1, 2);

        HARNESS.publisher()
                .publish(
                        queue,
                        List.of(
                                CeleryMessage.of("proj.ident", planted()),
                                CeleryMessage.of("ledger.fail", "fails", planted()),
                                CeleryMessage.of("proj.add", planted(), 2),
                                CeleryMessage.of("nobody.has.this", planted())
                                        .header("argsrepr", "('" + planted() + "',)"),
                                CeleryMessage.of("proj.add", 1, 2).header("eta", planted()),
                                first,
                                first.withId(UUID.randomUUID().toString())));
        HARNESS.publisher()
                .publish(queue, broken.properties(), ("{" + planted() + "!").getBytes(StandardCharsets.UTF_8));

        await().atMost(LIMIT).until(() -> worker.metrics().settlements() == 8);
        for (int i = 0; i < 3; i++) {
            GetResponse dead = HARNESS.publisher().take(queue + ".dead", LIMIT);
            assertThat(dead.getProps().getHeaders().get("x-sedano-error"))
                    .asString()
                    .doesNotContain(SECRET);
        }
        assertThat(worker.log()).contains("ledger.fail").doesNotContain(SECRET);
        assertThat(worker.metrics().series().keySet()).noneMatch(series -> series.contains(SECRET));
    }

    @Test
    void refusedPasswordsAreNotPrinted() {
        String broker = HARNESS.broker().url().replace("guest:guest", "guest:" + planted());
        String store = TestStore.shared().url(0).replace("redis://", "redis://nobody:" + planted() + "@");
        WorkerProcess wrongBroker = HARNESS.watch(
                HARNESS.worker(queue).broker(broker).options("-l", "DEBUG").launch());
        WorkerProcess wrongStore = HARNESS.watch(
                HARNESS.worker(queue).backend(store).options("-l", "DEBUG").launch());
        WorkerProcess wrongUrl = HARNESS.watch(HARNESS.worker(queue)
                .backend("redis://:" + planted() + "@127.0.0.1:port/0")
                .launch());

        await().atMost(LIMIT).until(() -> wrongBroker.log().contains("broker: "));
        await().atMost(LIMIT).until(() -> wrongStore.log().contains("WRONGPASS"));
        assertThat(wrongUrl.awaitExit(LIMIT)).isEqualTo(2);
        for (WorkerProcess worker : List.of(wrongBroker, wrongStore, wrongUrl)) {
            assertThat(worker.log()).isNotBlank().doesNotContain(SECRET);
            worker.kill9();
        }
    }
}
