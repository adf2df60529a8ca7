package dev.sedano.worker.handler;

import static dev.sedano.worker.handler.Fixtures.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.task.Idempotent;
import dev.sedano.task.Task;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.idempotency.Leases;
import dev.sedano.worker.idempotency.TaskKey;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BoundHandlerTest {
    record Order(@Nullable String id) {}

    @SuppressWarnings("DoNotCallSuggester") // called by reflection
    static final class Tasks {
        @Task("plain")
        void plain(String id) {}

        @Task("keyed")
        @Idempotent(key = "order.id", ttl = "PT1H")
        void keyed(Order order, long count) {}

        @Task("scoped")
        @Idempotent(key = "id", scope = "shared")
        void scoped(String id) {}

        @Task("checked")
        void checked() throws IOException {
            throw new IOException("disk");
        }

        @Task("error")
        void error() {
            throw new NoClassDefFoundError("gone");
        }
    }

    private static BoundHandler handler(String name) {
        return Fixtures.handlerOf(new Tasks(), name);
    }

    @Test
    void headerWins_thenArguments_thenTaskId() {
        TaskCallValues keyed = call(Map.of("id", "o-1"), 1);

        assertThat(handler("keyed").keyOf("h", keyed, "t")).isEqualTo(TaskKey.explicit("keyed", "h"));
        assertThat(handler("keyed").keyOf(" ", keyed, "t")).isEqualTo(TaskKey.explicit("keyed", "o-1"));
        assertThat(handler("plain").keyOf("h", call("x"), "t")).isEqualTo(TaskKey.explicit("plain", "h"));
        assertThat(handler("plain").keyOf(null, call("x"), "t")).isEqualTo(TaskKey.ofTaskId("t"));
    }

    @Test
    void blankOrUnbindableKey_isTheTaskId() {
        BoundHandler keyed = handler("keyed");

        assertThat(keyed.keyOf(null, call(Map.of("id", " "), 1), "t")).isEqualTo(TaskKey.ofTaskId("t"));
        assertThat(keyed.keyOf(null, call(Map.of("id", "o-1")), "t")).isEqualTo(TaskKey.ofTaskId("t"));
        assertThat(keyed.keyOf(null, call("no order", 1), "t")).isEqualTo(TaskKey.ofTaskId("t"));
    }

    @Test
    void scope_replacesTheTaskName() {
        assertThat(handler("scoped").keyOf(null, call("7"), "t")).isEqualTo(TaskKey.explicit("shared", "7"));
        assertThat(handler("scoped").keyOf("h", call("7"), "t")).isEqualTo(TaskKey.explicit("shared", "h"));
    }

    @Test
    void ttl_isTheTasksOwn() {
        assertThat(handler("keyed").ttl()).isEqualTo(Duration.ofHours(1));
        assertThat(handler("plain").ttl()).isNull();
    }

    @Test
    void lambdaPath_startsAtKeywordOrPosition() {
        TaskRegistry registry = new TaskRegistry()
                .add("kw", TaskOptions.builder().key("user.id").build(), (context, call) -> null)
                .add("pos", TaskOptions.builder().key("0.id").build(), (context, call) -> null);

        assertThat(Fixtures.handler(registry, "kw").keyOf(null, call(List.of(), Map.of("user", Map.of("id", 5))), "t"))
                .isEqualTo(TaskKey.explicit("kw", "5"));
        assertThat(Fixtures.handler(registry, "pos").keyOf(null, call(Map.of("id", 5)), "t"))
                .isEqualTo(TaskKey.explicit("pos", "5"));
        assertThat(Fixtures.handler(registry, "pos").keyOf(null, call(), "t")).isEqualTo(TaskKey.ofTaskId("t"));
    }

    @Test
    void extractor_readsTheCall_andItsFailureStopsTheRun() {
        TaskRegistry registry = new TaskRegistry()
                .add(
                        "good",
                        TaskOptions.builder()
                                .key(call -> call.arg(0, String.class))
                                .build(),
                        (context, call) -> null)
                .add(
                        "bad",
                        TaskOptions.builder()
                                .key(call -> {
                                    throw new IllegalStateException("secret");
                                })
                                .build(),
                        (context, call) -> null);

        assertThat(Fixtures.handler(registry, "good").keyOf(null, call("a"), "t"))
                .isEqualTo(TaskKey.explicit("good", "a"));
        assertThatExceptionOfType(KeyExtractionException.class)
                .isThrownBy(() -> Fixtures.handler(registry, "bad").keyOf(null, call("a"), "t"))
                .withMessageContaining("\"bad\"")
                .withMessageNotContaining("secret");
    }

    @Test
    void whatTheHandlerThrows_comesOutUnwrapped() {
        assertThatThrownBy(() -> handler("checked").invoke(Leases.granted(), Fixtures.context(), call()))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("disk");
        assertThatThrownBy(() -> handler("error").invoke(Leases.granted(), Fixtures.context(), call()))
                .isExactlyInstanceOf(NoClassDefFoundError.class);
    }

    @Test
    @SuppressWarnings("NullAway") // what a caller without a claim would have to pass
    void withoutALease_nothingRuns() {
        Lease none = null;
        boolean[] ran = {false};
        TaskRegistry registry = new TaskRegistry().add("a", (context, call) -> ran[0] = true);

        assertThatNullPointerException()
                .isThrownBy(() -> Fixtures.handler(registry, "a").invoke(none, Fixtures.context(), call()));
        assertThat(ran[0]).isFalse();
    }

    @Test
    void handlers_knowTheirNames_andNoOther() {
        Handlers handlers = Handlers.of(new TaskRegistry().addMethods(new Tasks()), Fixtures.CONVERTER);

        assertThat(handlers.names()).containsExactly("checked", "error", "keyed", "plain", "scoped");
        assertThat(handlers.find("nope")).isNull();
    }

    @Test
    void callValues_convertAndNameWhatIsMissing() {
        TaskCallValues call = call(List.of("5"), Map.of("n", 7));

        assertThat(call.arg(0, Integer.class)).isEqualTo(5);
        assertThat(call.arg("n", Long.class)).isEqualTo(7L);
        assertThatThrownBy(() -> call.arg(1, String.class)).hasMessageContaining("no positional argument 1");
        assertThatThrownBy(() -> call.arg("x", String.class)).hasMessageContaining("no keyword argument 'x'");
        assertThatThrownBy(() -> call("secret").arg(0, Integer.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("position 0")
                .hasMessageNotContaining("secret");
    }
}
