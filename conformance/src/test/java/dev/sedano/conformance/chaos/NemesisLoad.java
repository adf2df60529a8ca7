package dev.sedano.conformance.chaos;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.CeleryPublisher;
import dev.sedano.conformance.harness.TestBroker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages as a Python client does, drawn from a seed, and repeats each until the broker has confirmed it, whatever
 * happens to the broker. What is confirmed is in the ledger. A thread of its own runs it.
 */
final class NemesisLoad implements Runnable {
    private static final int BATCH = 10;
    private static final int PAUSE_MILLIS = 500;
    private static final int RECENT = 80;
    private static final int POISON_EVERY = 600;
    private static final int LONG_MILLIS = 6_000;

    /** A message, the key that it is known by, and the keys that follow it. */
    private record Planned(CeleryMessage message, String key, List<String> followers) {}

    private final TestBroker broker;
    private final List<String> queues;
    private final ChaosLedger ledger;
    private final CountDownLatch stop;
    private final Random random;
    private final List<Planned> recent = new ArrayList<>();
    private @Nullable CeleryPublisher publisher;
    private int number;

    /** @param stop counted down when no more is to be sent */
    NemesisLoad(TestBroker broker, List<String> queues, ChaosLedger ledger, long seed, CountDownLatch stop) {
        this.broker = broker;
        this.queues = queues;
        this.ledger = ledger;
        this.stop = stop;
        this.random = new Random(seed);
    }

    @Override
    public void run() {
        try {
            do {
                for (int i = 0; i < BATCH; i++) {
                    sendUntilConfirmed(next());
                }
            } while (!pause());
        } finally {
            disconnect();
        }
    }

    private boolean pause() {
        try {
            return stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void sendUntilConfirmed(Planned planned) {
        String queue = queues.get(random.nextInt(queues.size()));
        while (!Thread.currentThread().isInterrupted()) {
            try {
                if (publisher == null) {
                    publisher = new CeleryPublisher(broker);
                }
                publisher.publish(queue, planned.message());
                break;
            } catch (RuntimeException brokerAway) {
                disconnect();
                boolean stopping = pause(); // what was begun is finished, or it would be judged as if it had been sent
                if (stopping && Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
        }
        int at = queues.indexOf(queue);
        ledger.write(
                Event.SENT, planned.key(), 0, 0, false, at, planned.message().id());
        String parent = planned.key();
        for (String follower : planned.followers()) {
            ledger.write(Event.FOLLOWED_BY, parent, 0, 0, false, 0, follower);
            parent = follower;
        }
    }

    private void disconnect() {
        if (publisher != null) {
            publisher.close();
            publisher = null;
        }
    }

    private Planned next() {
        number++;
        if (number % POISON_EVERY == POISON_EVERY / 4) {
            return named("poison", CeleryMessage.of(NemesisTasks.POISON));
        }
        Planned last = recent.isEmpty() ? null : recent.get(recent.size() - 1);
        if (last != null && last.key().equals("long-" + (number - 1))) {
            return last; // a copy that waits for a long run is there to take it over
        }
        int draw = random.nextInt(100);
        if (draw < 10 && !recent.isEmpty()) {
            return recent.get(random.nextInt(recent.size()));
        }
        Planned fresh = fresh(draw);
        recent.add(fresh);
        if (recent.size() > RECENT) {
            recent.remove(0);
        }
        return fresh;
    }

    private Planned fresh(int draw) {
        int millis = 5 + random.nextInt(150);
        if (draw < 20) {
            return named("retried", CeleryMessage.of(NemesisTasks.RETRIED, millis, 1 + random.nextInt(2)));
        } else if (draw < 28) {
            return keyed("shared-" + number / 20, 50);
        } else if (draw < 30) {
            return keyed("conflict-" + number / 150, 50 + random.nextInt(2)); // other data is another payload
        } else if (draw < 38) {
            return named("steps", CeleryMessage.of(NemesisTasks.STEPS, millis));
        } else if (draw < 41) {
            return named("careful", CeleryMessage.of(NemesisTasks.CAREFUL, millis));
        } else if (draw < 43) {
            return named("long", CeleryMessage.of(NemesisTasks.WORK, LONG_MILLIS));
        } else if (draw < 47) {
            return named(
                    "eta",
                    CeleryMessage.of(NemesisTasks.WORK, millis)
                            .header("eta", Instant.now().plusMillis(1_000 + millis * 20L) + ""));
        } else if (draw < 52) {
            return followed("callbacks", 1, millis);
        } else if (draw < 55) {
            return followed("chain", 2, millis);
        }
        return named("work", CeleryMessage.of(NemesisTasks.WORK, millis));
    }

    private Planned named(String kind, CeleryMessage message) {
        String id = kind + "-" + number;
        return new Planned(message.withId(id), id, List.of());
    }

    private Planned keyed(String key, int millis) {
        return new Planned(CeleryMessage.of(NemesisTasks.KEYED, key, millis).withId("keyed-" + number), key, List.of());
    }

    /** Celery sends the callbacks of a task in order, and a chain from its end. */
    private Planned followed(String embed, int followers, int millis) {
        String id = embed + "-" + number;
        List<String> keys = new ArrayList<>();
        List<Map<String, Object>> signatures = new ArrayList<>();
        for (int i = 1; i <= followers; i++) {
            keys.add(id + "-" + i);
            signatures.add(
                    0,
                    Map.of(
                            "task",
                            NemesisTasks.WORK,
                            "args",
                            List.of(millis),
                            "kwargs",
                            Map.of(),
                            "options",
                            Map.of("task_id", id + "-" + i, "queue", queues.get(0)),
                            "immutable",
                            true));
        }
        CeleryMessage message =
                CeleryMessage.of(NemesisTasks.WORK, millis).withId(id).embed(embed, signatures);
        return new Planned(message, id, keys);
    }
}
