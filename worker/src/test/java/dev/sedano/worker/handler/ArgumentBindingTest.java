package dev.sedano.worker.handler;

import static dev.sedano.worker.handler.Fixtures.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.sedano.task.Default;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.Leases;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The messages are those of CPython 3.11, word for word. */
class ArgumentBindingTest {
    record Money(BigDecimal amount, String currency) {}

    static final class Tasks {
        @Task("charge")
        String charge(String order, Money amount) {
            return order + " " + amount.amount() + " " + amount.currency();
        }

        @Task("one")
        Object one(TaskContext context, Object value) {
            return value;
        }

        @Task("none")
        String none(TaskContext context) {
            return context.id();
        }

        @Task("three")
        String three(String a, String b, String c) {
            return a + b + c;
        }

        @Task("defaults")
        String defaults(String a, @Default("\"EUR\"") String b, @Default("3") long c, Optional<String> d) {
            return a + b + c + d.orElse("-");
        }

        @Task("rest")
        String rest(String first, Object... more) {
            return first + Arrays.toString(more);
        }

        @Task("numbers")
        String numbers(int small, Number any) {
            return small + " " + any.getClass().getSimpleName();
        }

        @Task("trailing")
        Map<String, Object> trailing(Map<String, Object> options) {
            return options;
        }

        @Task("nullable")
        String nullable(@Nullable String value) {
            return "got " + value;
        }
    }

    private static @Nullable Object run(String task, TaskCallValues call) throws Throwable {
        return Fixtures.handlerOf(new Tasks(), task).invoke(Leases.granted(), Fixtures.context(), call);
    }

    private static void assertTypeError(String task, TaskCallValues call, String message) {
        assertThatExceptionOfType(ArgumentsException.class)
                .isThrownBy(() -> run(task, call))
                .withMessage(message);
    }

    @Test
    void bindsByPositionAndByName() throws Throwable {
        Map<String, Object> money = Map.of("amount", "9.90", "currency", "EUR");

        assertThat(run("charge", call("o-1", money))).isEqualTo("o-1 9.90 EUR");
        assertThat(run("charge", call(List.of("o-1"), Map.of("amount", money)))).isEqualTo("o-1 9.90 EUR");
        assertThat(run("charge", call(List.of(), Map.of("amount", money, "order", "o-1"))))
                .isEqualTo("o-1 9.90 EUR");
        assertThat(run("none", call())).isEqualTo("id");
        assertThat(run("one", call(5L))).isEqualTo(5L);
    }

    @Test
    void missing_isPythonsTypeError() {
        assertTypeError("charge", call("o-1"), "charge() missing 1 required positional argument: 'amount'");
        assertTypeError("charge", call(), "charge() missing 2 required positional arguments: 'order' and 'amount'");
        assertTypeError("three", call(), "three() missing 3 required positional arguments: 'a', 'b', and 'c'");
    }

    @Test
    void unexpectedAndRepeated_arePythonsTypeErrors() {
        assertTypeError("one", call(List.of(1), Map.of("x", 1)), "one() got an unexpected keyword argument 'x'");
        assertTypeError("one", call(List.of(1), Map.of("value", 1)), "one() got multiple values for argument 'value'");
        assertTypeError(
                "one", call(List.of(), Map.of("context", 1)), "one() got an unexpected keyword argument 'context'");
    }

    @Test
    void tooMany_isPythonsTypeError() {
        assertTypeError("charge", call(1, 2, 3), "charge() takes 2 positional arguments but 3 were given");
        assertTypeError("one", call(1, 2), "one() takes 1 positional argument but 2 were given");
        assertTypeError("none", call(1), "none() takes 0 positional arguments but 1 was given");
        assertTypeError(
                "defaults", call(1, 2, 3, 4, 5), "defaults() takes from 1 to 4 positional arguments but 5 were given");
    }

    @Test
    void keywordErrorsComeBeforeCountErrors_asInPython() {
        assertTypeError("none", call(List.of(1), Map.of("x", 1)), "none() got an unexpected keyword argument 'x'");
        assertTypeError("charge", call(List.of(), Map.of("x", 1)), "charge() got an unexpected keyword argument 'x'");
    }

    @Test
    void defaultsAndOptionals_mayBeLeftOut() throws Throwable {
        assertThat(run("defaults", call("a"))).isEqualTo("aEUR3-");
        assertThat(run("defaults", call("a", "USD", 5, "d"))).isEqualTo("aUSD5d");
        Map<String, @Nullable Object> none = new LinkedHashMap<>();
        none.put("d", null);
        assertThat(run("defaults", call(List.of("a"), none))).isEqualTo("aEUR3-");
    }

    @Test
    void varargs_collectTheRest() throws Throwable {
        assertThat(run("rest", call("a"))).isEqualTo("a[]");
        assertThat(run("rest", call(Arrays.asList("a", 1L, null, "b"), Map.of())))
                .isEqualTo("a[1, null, b]");
    }

    @Test
    void numbersKeepTheirKind() throws Throwable {
        assertThat(run("numbers", call(1L, 2L))).isEqualTo("1 Long");
        assertThat(run("numbers", call(1L, BigInteger.TEN.pow(40)))).isEqualTo("1 BigInteger");
        assertThat(run("numbers", call(1L, 2.5))).isEqualTo("1 Double");
        assertThat(run("numbers", call(1L, new BigDecimal("2.50")))).isEqualTo("1 BigDecimal");
    }

    @Test
    void mapIsAnOrdinaryParameter() throws Throwable {
        assertThat(run("trailing", call(Map.of("a", 1L)))).isEqualTo(Map.of("a", 1L));
        assertTypeError(
                "trailing", call(List.of(), Map.of("a", 1L)), "trailing() got an unexpected keyword argument 'a'");
    }

    @Test
    void none_fitsReferencesButNotPrimitives() throws Throwable {
        assertThat(run("nullable", call(Collections.singletonList(null), Map.of())))
                .isEqualTo("got null");
        assertTypeError("nullable", call(), "nullable() missing 1 required positional argument: 'value'");
        assertTypeError(
                "numbers", call(Arrays.asList(null, 1L), Map.of()), "numbers() argument 'small' must be int, not None");
    }

    @Test
    void failedConversion_namesParameterAndType_notTheValue() {
        assertThatExceptionOfType(ArgumentsException.class)
                .isThrownBy(() -> run("charge", call("o-1", "secret")))
                .withMessageContaining("charge() argument 'amount' cannot be converted to")
                .withMessageContaining("Money")
                .withMessageNotContaining("secret")
                .withNoCause();
    }

    static final class BadDefault {
        @Task("a")
        void work(@Default("EUR") String currency) {}
    }

    static final class MistypedDefault {
        @Task("a")
        void work(@Default("\"three\"") int count) {}
    }

    @Test
    void wrongDefaults_areRefusedAtStart() {
        for (Class<?> type : List.of(BadDefault.class, MistypedDefault.class)) {
            TaskRegistry registry = new TaskRegistry().addMethods(type);
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> Handlers.of(registry, Fixtures.CONVERTER))
                    .withMessageContaining("@Default")
                    .withMessageContaining("work");
        }
        assertThatNoException()
                .isThrownBy(() -> Handlers.of(new TaskRegistry().addMethods(Tasks.class), Fixtures.CONVERTER));
    }
}
