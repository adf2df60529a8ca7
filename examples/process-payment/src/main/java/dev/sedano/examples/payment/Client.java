package dev.sedano.examples.payment;

import dev.sedano.examples.stage.Http;
import dev.sedano.examples.stage.Wait;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** A client that makes a key, asks for its payment, and comes back with the same key when it is told to. */
final class Client {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MOST_REQUESTS = 12;

    private final Http http = new Http();
    private final String url;
    private final String key;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger toldToComeBack = new AtomicInteger();

    Client(String url, String key) {
        this.url = url;
        this.key = key;
    }

    static Map<String, Object> payment(String amount) {
        return Map.of("account", "A-1", "amount", new BigDecimal(amount), "currency", "EUR");
    }

    /** Asks once. */
    Http.Answer ask(String amount) throws IOException, InterruptedException {
        requests.incrementAndGet();
        return http.post(url, payment(amount), Map.of("Idempotency-Key", key), LIMIT);
    }

    /** Asks until the answer is final, waiting as long as it is told to and a little longer. */
    Http.Answer askUntilAnswered(String amount) throws IOException, InterruptedException {
        Http.Answer answer = ask(amount);
        while (answer.status() == 503 && requests.get() < MOST_REQUESTS) {
            toldToComeBack.incrementAndGet();
            long seconds = Long.parseLong(answer.header("retry-after"));
            Wait.pass(Duration.ofMillis(
                    seconds * 1_000 + ThreadLocalRandom.current().nextInt(500)));
            answer = ask(amount);
        }
        return answer;
    }

    int requests() {
        return requests.get();
    }

    int toldToComeBack() {
        return toldToComeBack.get();
    }
}
