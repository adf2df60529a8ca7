package dev.sedano.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.client.SendException;
import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Without a broker: the publisher is not started, so messages wait in it. */
@Timeout(60)
class SendsTest {
    private static final OutgoingMessage MESSAGE = new OutgoingMessage(
            "", "q", new MessageProperties(null, null, null, null, null, null, Map.of()), new byte[] {1});

    private final ConfirmedPublisher publisher = new ConfirmedPublisher(
            purpose -> {
                throw new IOException("nobody");
            },
            Ticker.system(),
            false);

    private static Thread waits(Runnable call) {
        Thread thread = new Thread(call, "waits");
        thread.start();
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return thread;
    }

    @Test
    void closedWhileACallWaitsForAnother_whichIsToldSo_andSendsNothing() throws InterruptedException {
        Sends sends = new Sends(publisher, 1, Duration.ofSeconds(30));
        CompletableFuture<Void> first = sends.send(MESSAGE, "first");
        CompletableFuture<Throwable> second = new CompletableFuture<>();
        waits(() -> second.complete(catchThrowable(() -> sends.send(MESSAGE, "second"))));
        Thread closing = waits(sends::close);

        first.complete(null); // gives the second its permit

        assertThat(second)
                .succeedsWithin(Duration.ofSeconds(20))
                .isInstanceOfSatisfying(SendException.class, refused -> {
                    assertThat(refused).hasMessageContaining("closed");
                    assertThat(refused.mayHaveBeenSent()).isFalse();
                });
        closing.join(20_000);
        assertThat(closing.isAlive()).isFalse();
    }

    /** One that looked before the close, and asked for a permit after it had taken all. */
    @Test
    void closed_holdsNoPermits() {
        Sends sends = new Sends(publisher, 1, Duration.ofSeconds(30));
        sends.close();

        assertThat(sends.free()).isEqualTo(1);
    }
}
