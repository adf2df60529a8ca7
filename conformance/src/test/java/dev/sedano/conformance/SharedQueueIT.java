package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import dev.sedano.conformance.chaos.StoreProxy;
import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.CeleryPublisher;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.PythonWorker;
import dev.sedano.conformance.harness.TestStore;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** A Python worker meets a task that only Java knows: a stock one, and one with the companion's stubs. */
final class SharedQueueIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static StoredResult results;

    private final CeleryPublisher publisher = HARNESS.publisher();
    private final String queue = HARNESS.queue();
    private final String topic = queue + ".topic";

    @BeforeAll
    static void connect() {
        results = new StoredResult(TestStore.shared().connect(0));
    }

    @AfterAll
    static void disconnect() {
        results.close();
    }

    /** If this fails, README no longer needs to warn of it. */
    @Test
    void aStockWorkerRejectsIt_andItIsLost() {
        PythonWorker stock = worker(HARNESS.broker().url());
        CeleryMessage message = CeleryMessage.of("proj.add", 2, 3);
        publisher.publish(queue, message);

        JsonNode result = results.await(message.id());
        stock.kill9();

        assertThat(result.at("/result/exc_type").stringValue()).isEqualTo("NotRegistered");
        assertThat(stock.log()).contains("Received unregistered task of type 'proj.add'");
        await().atMost(LIMIT).until(() -> publisher.consumers(queue) == 0);
        assertThat(publisher.ready(queue)).as("given back").isZero();
        assertThat(publisher.exists(queue + ".dead")).isFalse();
    }

    @Test
    void aStubPassesItOn_andKeepsWhatTheBrokerDoesNotTake() throws Exception {
        URI broker = URI.create(HARNESS.broker().url());
        try (StoreProxy way = new StoreProxy(broker.getPort())) {
            PythonWorker stubs = worker("amqp://" + broker.getUserInfo() + "@127.0.0.1:" + way.port());
            CeleryMessage passed = CeleryMessage.of("proj.add", 1, 1);
            CeleryMessage byTopic = CeleryMessage.of("proj.add", 2, 2);
            CeleryMessage lastHop = CeleryMessage.of("proj.add", 3, 3).header("x-sedano-hops", 500);
            publisher.publish(queue, passed);
            publishToTopic(byTopic);
            publisher.publish(queue, lastHop);
            for (CeleryMessage message : List.of(passed, byTopic)) {
                await().atMost(LIMIT).until(() -> stubs.log().contains("Task proj.add[" + message.id() + "] ignored"));
            }
            assertThat(results.await(lastHop.id()).at("/result/exc_type").stringValue())
                    .isEqualTo("NotRegistered");
            GetResponse dead = publisher.take(queue + ".dead", LIMIT);
            assertThat(dead.getProps().getHeaders().get("id")).hasToString(lastHop.id());
            assertThat(dead.getProps().getHeaders().get("x-sedano-reason")).hasToString("unknown_task");

            way.cut();
            CeleryMessage kept = CeleryMessage.of("proj.add", 4, 4);
            publisher.publish(queue, kept);
            await().atMost(LIMIT).until(() -> stubs.log().contains("tried again"));
            stubs.kill9();
            HARNESS.start(HARNESS.worker(queue, topic));

            // A store that nobody used before holds what was delivered before for 10 s: it may have lost its record.
            for (CeleryMessage message : List.of(passed, byTopic, kept)) {
                await().atMost(LIMIT).until(() -> results.redis().get("celery-task-meta-" + message.id()) != null);
            }
            assertThat(results.await(passed.id()).get("result").intValue()).isEqualTo(2);
            assertThat(results.await(byTopic.id()).get("result").intValue()).isEqualTo(4);
            assertThat(results.await(kept.id()).get("result").intValue()).isEqualTo(8);
        }
    }

    private PythonWorker worker(String publishesTo) {
        return HARNESS.own(PythonWorker.startSilent(
                PythonWorker.Setup.solo(HARNESS, queue).running("sharing_worker", publishesTo)));
    }

    private void publishToTopic(CeleryMessage message) throws Exception {
        try (Connection connection = HARNESS.broker().connect();
                Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            channel.basicPublish(queue + ".x", "a.b.c", true, message.properties(), message.body());
            channel.waitForConfirmsOrDie(LIMIT.toMillis());
        }
    }
}
