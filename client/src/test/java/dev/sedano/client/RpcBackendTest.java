package dev.sedano.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Losses at a moment that no real broker can be asked for: after it has begun to deliver, before anybody waits. */
@Timeout(60)
class RpcBackendTest {
    /** What comes to a connection just when consuming has begun. */
    private interface Fate {
        void strike(Consumer consumer, List<ShutdownListener> listeners) throws IOException;
    }

    private final AtomicInteger connections = new AtomicInteger();
    private @Nullable RpcBackend backend;

    private void start(Fate ofTheFirst) {
        RpcBackend started = new RpcBackend(
                () -> connection(connections.incrementAndGet() == 1 ? ofTheFirst : (consumer, listeners) -> {}),
                "replies",
                Duration.ofHours(1),
                Duration.ofSeconds(20),
                new CeleryJson(),
                Ticker.system());
        backend = started;
        started.expect();
    }

    private static Connection connection(Fate fate) {
        List<ShutdownListener> listeners = new ArrayList<>();
        Channel channel = proxy(Channel.class, (self, method, arguments) -> {
            switch (method.getName()) {
                case "addShutdownListener" -> listeners.add((ShutdownListener) arguments[0]);
                case "basicConsume" -> fate.strike((Consumer) arguments[2], listeners);
                default -> {}
            }
            return null;
        });
        return proxy(Connection.class, (self, method, arguments) -> switch (method.getName()) {
            case "createChannel" -> channel;
            default -> null;
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @AfterEach
    void close() {
        if (backend != null) {
            backend.close();
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("sedano-client-replies"));
    }

    @Test
    void aQueueThatIsDeletedAsConsumingBegins_isDeclaredAgain() {
        start((consumer, listeners) -> consumer.handleCancel("tag"));

        await().until(() -> connections.get() == 2);
    }

    @Test
    void aConnectionThatIsLostAsConsumingBegins_isOpenedAgain() {
        start((consumer, listeners) -> listeners.forEach(
                each -> each.shutdownCompleted(new ShutdownSignalException(true, false, null, consumer))));

        await().until(() -> connections.get() == 2);
    }

    @Test
    void aConnectionThatLasts_isTheOnlyOne_andEndsWithTheClient() {
        start((consumer, listeners) -> {});

        assertThat(connections).hasValue(1);
    }
}
