package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.client.CeleryClient;
import dev.sedano.client.ClientConfig;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.Ledger;
import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.task.Signature;
import dev.sedano.task.client.SendOptions;
import dev.sedano.task.client.TaskClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The broker dies while a client sends: nothing is lost, and nothing runs twice. */
final class ClientOutageIT {
    private static final TestBroker BROKER = TestBroker.start();

    @RegisterExtension
    static final Harness HARNESS = new Harness(BROKER);

    private static final int TASKS = 1_000;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @AfterAll
    static void stopBroker() {
        BROKER.close();
    }

    @Test
    void brokerKilledAmongAThousandSends_everyTaskRunsOnce() throws InterruptedException {
        String queue = HARNESS.queue();
        HARNESS.start(HARNESS.worker(queue));
        ClientConfig config =
                ClientConfig.of(BROKER.url()).withDefaultQueue(queue).withSending(LIMIT, 200);
        CountDownLatch underWay = new CountDownLatch(TASKS / 4);
        List<CompletableFuture<?>> sends = new ArrayList<>();
        try (TaskClient client = CeleryClient.connect(config)) {
            Thread killer = new Thread(
                    () -> {
                        try {
                            underWay.await();
                        } catch (InterruptedException e) {
                            return;
                        }
                        BROKER.kill();
                        BROKER.restart();
                    },
                    "broker-killer");
            killer.start();
            for (int i = 0; i < TASKS; i++) {
                CompletableFuture<?> send = client.sendAsync(Signature.of("ledger.work", "t" + i, 0), SendOptions.NONE);
                sends.add(send.thenRun(underWay::countDown));
            }
            assertThat(CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new)))
                    .succeedsWithin(LIMIT);
            killer.join();
        }
        await().atMost(LIMIT).until(() -> ends().size() == TASKS);
        await().atMost(LIMIT).until(() -> HARNESS.publisher().ready(queue) == 0);
        assertThat(ends().values()).as("runs of each task").containsOnly(1L);
    }

    private static Map<String, Long> ends() {
        return HARNESS.ledger().entries().stream()
                .filter(entry -> entry.kind() == Ledger.Kind.END)
                .collect(Collectors.groupingBy(Ledger.Entry::key, Collectors.counting()));
    }
}
