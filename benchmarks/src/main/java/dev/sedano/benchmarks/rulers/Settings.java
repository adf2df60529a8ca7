package dev.sedano.benchmarks.rulers;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;

/** What a ruler is told by the environment, in the same variables that the harness sets for every worker. */
final class Settings {
    private Settings() {}

    static String text(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    static int number(String name, int otherwise) {
        return Integer.parseInt(text(name, Integer.toString(otherwise)));
    }

    static String queue() {
        return text("BENCH_QUEUE", "bench");
    }

    static boolean storesResults() {
        return text("BENCH_RESULTS", "0").equals("1");
    }

    /** @param dispatch runs the consumers' callbacks; null for the client's own threads */
    static Connection connect(@Nullable ExecutorService dispatch) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(text("BENCH_AMQP", "amqp://guest:guest@127.0.0.1:5672"));
        return factory.newConnection(dispatch);
    }

    static Jedis redis() {
        return new Jedis(URI.create(text("BENCH_REDIS", "redis://127.0.0.1:6379/0")));
    }
}
