package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.GetResponse;
import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Results as replies over the broker; markers in Redis. */
final class RpcResultsIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @BeforeAll
    static void startWorker() {
        HARNESS.start(
                HARNESS.worker(QUEUE).backend("rpc://").store(TestStore.shared().url(0)));
    }

    @Test
    void pythonGetsResultsAndErrors() {
        CelerySession celery = new CelerySession(HARNESS.broker().url(), "rpc://", QUEUE);

        assertThat(celery.call("proj.add", 2, 3).get("value").intValue()).isEqualTo(5);
        assertThat(celery.call("ledger.fail", "rpc-fails", "why").get("error").stringValue())
                .isEqualTo("RuntimeError");
        assertThat(celery.call("nobody.has.this").get("error").stringValue()).isEqualTo("NotRegistered");
        HARNESS.publisher().take(QUEUE + ".dead", LIMIT);
    }

    @Test
    void duplicateIsAnsweredWithTheSameResult() {
        String replies = HARNESS.queue();
        HARNESS.publisher().declare(replies, Map.of());
        CeleryMessage message = CeleryMessage.of("ledger.work", "rpc", 0).replyTo(replies);

        HARNESS.publisher().publish(QUEUE, message);
        GetResponse first = HARNESS.publisher().take(replies, LIMIT);
        HARNESS.publisher().publish(QUEUE, message);
        GetResponse second = HARNESS.publisher().take(replies, LIMIT);

        assertThat(first.getProps().getCorrelationId()).isEqualTo(message.id());
        assertThat(second.getProps().getCorrelationId()).isEqualTo(message.id());
        assertThat(second.getBody()).isEqualTo(first.getBody()).asString().contains("\"SUCCESS\"");
        assertThat(HARNESS.ledger().starts("rpc")).hasSize(1);
    }
}
