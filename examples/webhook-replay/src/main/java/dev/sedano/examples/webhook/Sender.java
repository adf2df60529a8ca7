package dev.sedano.examples.webhook;

import dev.sedano.examples.stage.Http;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The other company: signs events and sends them, in any order and several at once. */
final class Sender implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Http http = new Http();
    private final String url;
    private final String secret;
    private final SimulatedClock clock;
    private final Random order = new Random(7);
    private final ExecutorService threads = Executors.newFixedThreadPool(8);

    Sender(String url, String secret, SimulatedClock clock) {
        this.url = url;
        this.secret = secret;
        this.clock = clock;
    }

    /**
     * An event.
     *
     * @param created simulated seconds
     */
    record Event(String id, String kind, double created, int cents) {}

    /** Sends all of them, shuffled and eight at a time, and returns the statuses. */
    List<Integer> send(List<Event> events) throws InterruptedException, ExecutionException {
        List<Event> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, order);
        List<Callable<Integer>> calls = new ArrayList<>();
        shuffled.forEach(event -> calls.add(() -> send(Http.JSON.writeValueAsString(event))));
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> status : threads.invokeAll(calls)) {
            statuses.add(status.get());
        }
        return statuses;
    }

    /** Sends a body with a right signature. */
    int send(String body) throws IOException, InterruptedException {
        return send(body, signature(secret, clock.now(), body));
    }

    /** Sends a body with whatever signature. */
    int send(String body, String signature) throws IOException, InterruptedException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return http.postRaw(url, bytes, Map.of("X-Signature", signature), LIMIT).status();
    }

    /** {@code t=<simulated seconds>,v1=<HMAC-SHA256 of "t.body" in hexadecimal>}. */
    static String signature(String secret, double time, String body) {
        String stamp = String.format(Locale.ROOT, "%.0f", time);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] digest = mac.doFinal((stamp + "." + body).getBytes(StandardCharsets.UTF_8));
            return "t=" + stamp + ",v1=" + HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA256", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
