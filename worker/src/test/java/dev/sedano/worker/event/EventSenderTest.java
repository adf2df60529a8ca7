package dev.sedano.worker.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.protocol.CeleryJson;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class EventSenderTest {
    private record Offered(String routingKey, Supplier<byte[]> body) {}

    private final CeleryJson json = new CeleryJson();
    private final Deque<Offered> offered = new ArrayDeque<>();
    private final LamportClock lamport = new LamportClock();
    private final EventSender sender = new EventSender(
            "w@host",
            lamport,
            Clock.fixed(Instant.parse("2026-07-01T00:00:00.000042Z"), ZoneId.of("America/New_York")),
            json,
            new EventOutlet() {
                @Override
                public boolean offer(String routingKey, Supplier<byte[]> body) {
                    return offered.add(new Offered(routingKey, body));
                }

                @Override
                public boolean isConnected() {
                    return true;
                }
            });

    private Object next() {
        return Objects.requireNonNull(json.decode(offered.removeFirst().body().get()));
    }

    @Test
    void eventsOfWorkersGoAlone_withZoneClockAndTime() {
        sender.worker("worker-online", Map.of("active", 0));

        assertThat(offered.getFirst().routingKey()).isEqualTo("worker.online");
        Map<?, ?> event = (Map<?, ?>) next();
        assertThat(event.get("hostname")).isEqualTo("w@host");
        assertThat(event.get("utcoffset")).as("hours west, in summer").isEqualTo(4.0);
        assertThat(event.get("timestamp")).isEqualTo(1782864000.000042);
        assertThat(event.get("clock")).isEqualTo(1L);
        assertThat(event.get("active")).isEqualTo(0L);
    }

    @Test
    void eventsOfTasksGoTogether_stampedWhenTheyHappened() {
        lamport.adjust(1_000_000);
        for (int i = 0; i < 30; i++) {
            sender.task("task-started", Map.of("uuid", "t" + i));
        }

        assertThat(offered).hasSize(1);
        List<Object> all = new ArrayList<>((List<?>) next());
        assertThat(all).hasSize(24);
        all.addAll((List<?>) next());
        assertThat(offered).isEmpty();
        assertThat(all).hasSize(30);
        for (int i = 0; i < 30; i++) {
            assertThat(((Map<?, ?>) all.get(i)).get("uuid")).isEqualTo("t" + i);
            assertThat(((Map<?, ?>) all.get(i)).get("clock")).isEqualTo(1_000_002L + i);
        }
    }

    @Test
    void whileNobodyTakesThem_theOldestAreDropped() {
        for (int i = 0; i < 10_005; i++) {
            sender.task("task-started", Map.of("uuid", "t" + i));
        }

        assertThat(sender.dropped()).isEqualTo(5);
        assertThat(((Map<?, ?>) ((List<?>) next()).get(0)).get("uuid")).isEqualTo("t5");
    }
}
