package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.protocol.Golden;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What this worker declares, and how it uses what it finds, fits what Celery's workers were seen to declare. */
class TopologyGoldenTest {
    private static final String WITH_FANOUT = "quorum_delayed_with_fanout";

    static List<String> withMailbox() {
        return Golden.names("topology").stream()
                .filter(name -> Golden.read("topology", name).has("queues"))
                .toList();
    }

    static List<String> delayed() {
        return Golden.names("delayed");
    }

    @ParameterizedTest
    @MethodSource("withMailbox")
    void mailboxesAreDeclaredAsCelerys(String name) {
        JsonNode file = Golden.read("topology", name);
        int mailboxes = 0;
        for (JsonNode queue : file.get("queues")) {
            if (queue.get("name").stringValue().endsWith(".celery.pidbox")) {
                mailboxes++;
                Map<String, Object> arguments = new LinkedHashMap<>();
                for (JsonNode argument : queue.get("arguments")) {
                    assertThat(argument.get(1).stringValue()).isEqualTo("signedint");
                    arguments.put(argument.get(0).stringValue(), (Object)
                            argument.get(2).intValue());
                }
                assertThat(ControlInbox.ARGUMENTS).isEqualTo(arguments);
                assertThat(queue.get("exclusive").booleanValue()).isTrue();
                assertThat(queue.get("auto_delete").booleanValue()).isTrue();
                assertThat(queue.get("durable").booleanValue()).isFalse();
            }
        }
        assertThat(mailboxes).isPositive();
        assertExchange(file, ControlInbox.EXCHANGE, "fanout");
        assertExchange(file, ControlInbox.REPLIES, "direct");
    }

    private static void assertExchange(JsonNode file, String name, String type) {
        assertThat(file.get("exchanges"))
                .filteredOn(exchange -> exchange.get("name").stringValue().equals(name))
                .singleElement()
                .satisfies(exchange -> {
                    assertThat(exchange.get("type").stringValue()).isEqualTo(type);
                    assertThat(exchange.get("durable").booleanValue()).isFalse();
                });
    }

    @Test
    void aQueueThatIsOnlyNamed_isBoundAsCelerys() {
        CapturedTopology captured = CapturedTopology.read("default");
        QueueBinding ours = QueueBinding.of("celery");

        assertThat(captured.follow(ours.exchange(), ours.routingKey())).containsOnlyKeys(ours.queue());
        assertThat(Golden.read("topology", "default").get("exchanges"))
                .filteredOn(exchange -> exchange.get("name").stringValue().equals(ours.exchange()))
                .singleElement()
                .satisfies(exchange -> {
                    assertThat(exchange.get("type").stringValue()).isEqualTo(ours.exchangeType());
                    assertThat(exchange.get("durable").booleanValue()).isEqualTo(ours.durable());
                });
        assertThat(Golden.read("topology", "default").get("queues"))
                .filteredOn(queue -> queue.get("name").stringValue().equals(ours.queue()))
                .singleElement()
                .satisfies(queue -> assertThat(queue.get("arguments"))
                        .hasSize(ours.arguments().size()));
    }

    @Test
    void noFileIsForgotten() {
        List<String> rest = new ArrayList<>(Golden.names("topology"));
        rest.removeAll(withMailbox());

        // The one is below; what a worker says first is compared with a worker that runs.
        assertThat(rest).containsExactly("same_node_name_twice", "worker_default_boot_messages");
    }

    @Test
    void theBrokersAnswerToASecondNodeOfOneName_isKnown() {
        assertThat(Golden.read("topology", "same_node_name_twice")
                        .get("log_of_second")
                        .get(0)
                        .stringValue())
                .contains(ControlInbox.LOCKED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"quorum_default_classic_delay", "quorum_delayed", WITH_FANOUT})
    void whatIsSentThroughTheDelayQueues_comesBackAfterItsDelay_toItsQueueAlone(String name) {
        LongStream.of(1, 2, 5, 59, 61, 3_600, 86_399, 200_000, (1L << 28) - 1).forEach(seconds -> {
            CapturedTopology captured = CapturedTopology.read(name);
            captured.bind(DelayQueues.LAST, DelayQueues.bindingKey("celery"), "celery", true);
            captured.bind(DelayQueues.LAST, DelayQueues.bindingKey("my.orders"), "my.orders", true);
            for (String queue : List.of("celery", "my.orders")) {
                ConfirmedPublisher.Target to = DelayQueues.target(queue, Duration.ofSeconds(seconds));

                assertThat(captured.follow(to.exchange(), to.queue()))
                        .containsExactly(Map.entry(queue, seconds * 1000));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("delayed")
    void celerysOwnMessages_areRoutedAsCaptured_andWaitAsLongAsOurs(String name) {
        JsonNode golden = Golden.read("delayed", name);
        JsonNode published = golden.get("published").get(0);
        String key = published.get("routing_keys").get(0).stringValue();
        String exchange = published.get("exchange").stringValue();
        Set<String> queues = new TreeSet<>();
        golden.get("deliveries").forEach(each -> queues.add(each.get("queue").stringValue()));
        if (name.equals("delayed_long_park")) {
            queues.add("celery"); // where it would have come to
        }

        Map<String, Long> ends = CapturedTopology.read(name.contains("fanout") ? WITH_FANOUT : "quorum_delayed")
                .follow(exchange, key);

        assertThat(ends).containsOnlyKeys(queues);
        if (exchange.equals(DelayQueues.FIRST)) {
            String countdown = golden.get("how_produced").stringValue().replaceAll(".*countdown=(\\d+).*", "$1");
            Duration delay = Duration.ofSeconds(Long.parseLong(countdown));
            assertThat(ends.values()).containsOnly(delay.toMillis());
            assertThat(DelayQueues.target("celery", delay).queue())
                    .startsWith(key.substring(0, key.lastIndexOf(key.contains("biz.") ? "biz." : "celery")));
        }
    }
}
