package dev.sedano.benchmarks.rulers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/**
 * Ruler 3, the fastest loop we know: per channel one thread takes what has arrived (up to a batch), claims it in one
 * pipeline, runs it, completes it in one pipeline and acknowledges it with one multiple ack.
 *
 * <p>Environment: RULER_CHANNELS (default 2), RULER_PREFETCH (500), RULER_BATCH (128), RULER_POOL (0 = the loop runs the
 * handlers itself, else so many threads per channel).
 */
public final class L3 {
    private record Arrival(long tag, AMQP.BasicProperties properties, byte[] body) {}

    private final Channel channel;
    private final ArrayBlockingQueue<Arrival> inbox;
    private final int mostPerBatch = Settings.number("RULER_BATCH", 128);
    private final boolean storesResults = Settings.storesResults();

    private L3(Channel channel, int prefetch) {
        this.channel = channel;
        this.inbox = new ArrayBlockingQueue<>(prefetch + 1);
    }

    /** Consumes until it is killed; ends the process when anything fails. */
    public static void main(String[] args) throws Exception {
        Connection connection = Settings.connect(null);
        int prefetch = Settings.number("RULER_PREFETCH", 500);
        for (int i = 0; i < Settings.number("RULER_CHANNELS", 2); i++) {
            Channel channel = connection.createChannel();
            channel.basicQos(prefetch);
            L3 loop = new L3(channel, prefetch);
            new Thread(loop::run, "loop-" + i).start();
            channel.basicConsume(Settings.queue(), false, loop.consumer());
        }
    }

    private DefaultConsumer consumer() {
        return new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(
                    String consumerTag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                inbox.add(new Arrival(envelope.getDeliveryTag(), properties, body));
            }
        };
    }

    private void run() {
        int threads = Settings.number("RULER_POOL", 0);
        ExecutorService pool = threads > 0 ? Executors.newFixedThreadPool(threads) : null;
        try (Jedis redis = Settings.redis()) {
            Scripts scripts = Scripts.loadedInto(redis);
            List<Arrival> batch = new ArrayList<>(mostPerBatch);
            while (true) {
                batch.clear();
                batch.add(inbox.take());
                inbox.drainTo(batch, mostPerBatch - 1);
                List<Call> granted = claim(redis, scripts, batch);
                complete(redis, scripts, granted, pool == null ? each(granted) : together(pool, granted));
                channel.basicAck(batch.get(batch.size() - 1).tag(), true);
            }
        } catch (IOException | InterruptedException | ExecutionException | RuntimeException e) {
            System.err.println("L3 ends: " + e);
            Runtime.getRuntime().halt(1);
        }
    }

    private static List<Call> claim(Jedis redis, Scripts scripts, List<Arrival> batch) {
        List<Call> calls = new ArrayList<>(batch.size());
        List<Response<Object>> replies = new ArrayList<>(batch.size());
        Pipeline pipeline = redis.pipelined();
        for (Arrival arrival : batch) {
            Call call = Call.of(arrival.properties(), arrival.body());
            calls.add(call);
            replies.add(scripts.claim(pipeline, call.marker()));
        }
        pipeline.sync();
        List<Call> granted = new ArrayList<>(batch.size());
        for (int i = 0; i < calls.size(); i++) {
            if (Scripts.granted(replies.get(i).get())) {
                granted.add(calls.get(i));
            }
        }
        return granted;
    }

    private List<byte[]> each(List<Call> calls) throws InterruptedException {
        List<byte[]> results = new ArrayList<>(calls.size());
        for (Call call : calls) {
            results.add(call.run(storesResults));
        }
        return results;
    }

    private List<byte[]> together(ExecutorService pool, List<Call> calls)
            throws InterruptedException, ExecutionException {
        List<Callable<byte[]>> runs = new ArrayList<>(calls.size());
        for (Call call : calls) {
            runs.add(() -> call.run(storesResults));
        }
        List<byte[]> results = new ArrayList<>(calls.size());
        for (Future<byte[]> result : pool.invokeAll(runs)) {
            results.add(result.get());
        }
        return results;
    }

    private static void complete(Jedis redis, Scripts scripts, List<Call> calls, List<byte[]> results) {
        Pipeline pipeline = redis.pipelined();
        for (int i = 0; i < calls.size(); i++) {
            scripts.complete(pipeline, calls.get(i).marker(), calls.get(i).resultKey(), results.get(i));
        }
        pipeline.sync();
    }
}
