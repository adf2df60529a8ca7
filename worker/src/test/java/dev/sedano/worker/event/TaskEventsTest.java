package dev.sedano.worker.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.Oversight;
import dev.sedano.worker.delivery.TaskView;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.Encoder;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.TaskMessage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the events of a task's end say: as the captured ones of Celery's worker. */
class TaskEventsTest {
    private final CeleryJson json = new CeleryJson();
    private final Deque<Supplier<byte[]>> offered = new ArrayDeque<>();
    private final EventSender sender =
            new EventSender("w@host", new LamportClock(), Clock.systemUTC(), json, new EventOutlet() {
                @Override
                public boolean offer(String routingKey, Supplier<byte[]> body) {
                    return offered.add(body);
                }

                @Override
                public boolean isConnected() {
                    return true;
                }
            });
    private final TaskEvents events = new TaskEvents(sender, json, true);
    private final Ended task = new Ended(message());

    @Test
    void aRetryWithoutAReason_saysNone_withItsTraceback() {
        ended(Oversight.EndKind.RETRIED, "{\"result\": null, \"traceback\": \"celery.exceptions.Retry\"}");

        Map<?, ?> only = sent().get(0);
        assertThat(only.get("type")).isEqualTo("task-retried");
        assertThat(only.get("exception")).isEqualTo("None");
        assertThat(only.get("traceback")).isEqualTo("celery.exceptions.Retry");
    }

    @Test
    void aRetryWithAReason_saysIt() {
        ended(
                Oversight.EndKind.RETRIED,
                "{\"result\": {\"exc_type\": \"ValueError\", \"exc_message\": [\"again\"]}, \"traceback\": \"t\"}");

        assertThat(sent().get(0).get("exception")).isEqualTo("ValueError('again')");
    }

    @Test
    void aRefusal_isAFailure_andThenARejection() {
        ended(
                Oversight.EndKind.REJECTED,
                "{\"result\": {\"exc_type\": \"Reject\", \"exc_message\": [\"late\", false]}, \"traceback\": null}");

        List<Map<?, ?>> both = sent();
        assertThat(both).hasSize(2);
        assertThat(both.get(0).get("type")).isEqualTo("task-failed");
        assertThat(both.get(0).get("exception")).isEqualTo("reject requeue=False: late");
        assertThat(both.get(0).get("traceback")).isEqualTo("celery.exceptions.Reject: ('late', False)\n");
        assertThat(both.get(1).get("type")).isEqualTo("task-rejected");
        assertThat(both.get(1).get("requeue")).isEqualTo(false);
    }

    @Test
    void aDeadLetterThatNeverRan_isARejectionAlone() {
        ended(Oversight.EndKind.REJECTED, "");

        List<Map<?, ?>> all = sent();
        assertThat(all).hasSize(1);
        assertThat(all.get(0).get("type")).isEqualTo("task-rejected");
    }

    @Test
    void whatItsHandlerGaveBack_isARejectionThatSaysSo_andNoFailure() {
        ended(Oversight.EndKind.REQUEUED, "");

        List<Map<?, ?>> all = sent();
        assertThat(all).hasSize(1);
        assertThat(all.get(0).get("type")).isEqualTo("task-rejected");
        assertThat(all.get(0).get("requeue")).isEqualTo(true);
    }

    private void ended(Oversight.EndKind kind, String record) {
        events.ended(task, new Oversight.End(kind, record.getBytes(StandardCharsets.UTF_8), 1));
    }

    @SuppressWarnings("unchecked") // events are maps
    private List<Map<?, ?>> sent() {
        return (List<Map<?, ?>>)
                Objects.requireNonNull(json.decode(offered.removeFirst().get()));
    }

    private TaskMessage message() {
        byte[] body = "[[], {}, {}]".getBytes(StandardCharsets.UTF_8);
        Encoder.Payload payload = Encoder.ofJson(body);
        MessageProperties properties = new MessageProperties(
                payload.contentType(),
                payload.contentEncoding(),
                "i",
                null,
                null,
                null,
                Map.of("task", "t", "id", "i"));
        return ((Decoded.Task) new MessageDecoder(json).decode(properties, body)).message();
    }

    /** A task at its end: nothing can be done to it any more. */
    private record Ended(TaskMessage message) implements TaskView {
        @Override
        public Delivery delivery() {
            throw new IllegalStateException("the end of a task is told without its delivery");
        }

        @Override
        public State state() {
            return State.READY;
        }

        @Override
        public @Nullable Instant startedAt() {
            return null;
        }

        @Override
        public boolean terminate(int signal) {
            return false;
        }

        @Override
        public void timeOut(double seconds) {}

        @Override
        public @Nullable Integer signal() {
            return null;
        }
    }
}
