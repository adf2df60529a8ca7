package dev.sedano.benchmarks.rulers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.concurrent.Executors;
import redis.clients.jedis.Jedis;

/**
 * Ruler 4, the plain design: per thread a channel and a blocking Redis connection, two round trips and one ack per task.
 *
 * <p>Environment: BENCH_CONCURRENCY (default 8), RULER_PREFETCH (8).
 */
public final class L4 extends DefaultConsumer {
    private final Jedis redis = Settings.redis();
    private final Scripts scripts = Scripts.loadedInto(redis);
    private final boolean storesResults = Settings.storesResults();

    private L4(Channel channel) {
        super(channel);
    }

    /** Consumes until it is killed. */
    public static void main(String[] args) throws Exception {
        int threads = Settings.number("BENCH_CONCURRENCY", 8);
        Connection connection = Settings.connect(Executors.newFixedThreadPool(threads));
        for (int i = 0; i < threads; i++) {
            Channel channel = connection.createChannel();
            channel.basicQos(Settings.number("RULER_PREFETCH", 8));
            channel.basicConsume(Settings.queue(), false, new L4(channel));
        }
    }

    @Override
    public void handleDelivery(String consumerTag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
            throws IOException {
        try {
            Call call = Call.of(properties, body);
            if (Scripts.granted(scripts.claim(redis, call.marker()))) {
                scripts.complete(redis, call.marker(), call.resultKey(), call.run(storesResults));
            }
            getChannel().basicAck(envelope.getDeliveryTag(), false);
        } catch (InterruptedException | RuntimeException e) {
            System.err.println("L4 returns a delivery: " + e);
            getChannel().basicNack(envelope.getDeliveryTag(), false, true);
        }
    }
}
