package dev.sedano.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.sedano.services.PrivateRabbit;
import dev.sedano.services.PrivateRedis;
import dev.sedano.task.Task;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A second SIGTERM interrupts handlers; that must not become the outcome of their tasks. */
class ColdStopIT {
    private static final String QUEUE = "cold-stop";
    private static final String ID = "a-long-task";

    private final CountDownLatch started = new CountDownLatch(1);

    /** Runs until it is interrupted. */
    final class LongTask {
        @Task("test.long")
        void run() throws InterruptedException {
            started.countDown();
            new CountDownLatch(1).await();
        }
    }

    @Test
    void interruptedHandler_isNotRecordedAndItsDeliveryComesAgain(@TempDir Path stateDir) throws Exception {
        try (PrivateRedis redis = PrivateRedis.start();
                PrivateRabbit rabbit = PrivateRabbit.start();
                Connection connection = connect(rabbit);
                Channel channel = connection.createChannel();
                Jedis jedis = new Jedis(URI.create(redis.url(0)))) {
            channel.queueDeclare(QUEUE, true, false, false, null);
            channel.basicPublish("", QUEUE, properties(), "[[], {}, {}]".getBytes(StandardCharsets.UTF_8));
            Worker worker = Worker.builder()
                    .broker(rabbit.url())
                    .resultBackend(redis.url(0))
                    .queues(QUEUE)
                    .tasks(new LongTask())
                    .configure(config -> config.http(null).stateDir(stateDir))
                    .build();
            CompletableFuture<Worker.Ending> ending = CompletableFuture.supplyAsync(worker::run);
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();

            worker.stop();
            worker.stop();

            assertThat(ending.get(30, TimeUnit.SECONDS)).isEqualTo(Worker.Ending.CUT_SHORT);
            assertThat(jedis.exists("celery-task-meta-" + ID)).isFalse();
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(channel.messageCount(QUEUE)).isEqualTo(1));
        }
    }

    private static Connection connect(PrivateRabbit rabbit) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(rabbit.url());
        return factory.newConnection("cold-stop-test");
    }

    private static AMQP.BasicProperties properties() {
        return new AMQP.BasicProperties.Builder()
                .contentType("application/json")
                .contentEncoding("utf-8")
                .headers(Map.of("task", "test.long", "id", ID))
                .build();
    }
}
