package dev.sedano.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskDefinition;
import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExamplesTest {
    private static TaskContext context(Map<String, Object> answers) {
        return proxy(TaskContext.class, answers);
    }

    private static <T> T proxy(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> answers.get(method.getName())));
    }

    @Test
    void module_isFoundAndRegistersEverything() {
        TaskRegistry registry = new TaskRegistry();

        ServiceLoader.load(TaskModule.class).forEach(module -> module.register(registry));

        assertThat(registry.definitions())
                .extracting(TaskDefinition::name)
                .containsExactlyInAnyOrder(
                        "billing.charge",
                        "demo.work",
                        "examples.add",
                        "examples.count",
                        "examples.echo",
                        "examples.fail",
                        "examples.greet",
                        "examples.multiply",
                        "examples.sleep",
                        "examples.sum");
    }

    @Test
    void add_keepsTheKindOfNumber() {
        BasicTasks tasks = new BasicTasks();

        assertThat(tasks.add(2L, 3L)).isEqualTo(5L);
        assertThat(tasks.add(2, 3L)).isEqualTo(5L);
        assertThat(tasks.add(Long.MAX_VALUE, 1L))
                .isEqualTo(BigInteger.valueOf(Long.MAX_VALUE).add(BigInteger.ONE));
        assertThat(tasks.add(BigInteger.TEN.pow(40), 1L))
                .isEqualTo(BigInteger.TEN.pow(40).add(BigInteger.ONE));
        assertThat(tasks.add(1L, 0.5)).isEqualTo(1.5);
        assertThat(tasks.add(new BigDecimal("1.10"), 1L)).isEqualTo(new BigDecimal("2.10"));
        assertThat(tasks.sum(List.of(2L, 4L, 0.5))).isEqualTo(6.5);
        assertThat(tasks.sum(List.of())).isEqualTo(0L);
    }

    @Test
    void echo_returnsTheSameObject() {
        Object value = List.of(UUID.randomUUID(), new BigDecimal("1.10"), new byte[] {1});

        assertThat(new BasicTasks().echo(value)).isSameAs(value);
    }

    @Test
    void fail_failsWithTheMessage() {
        TaskContext context = context(Map.of("logger", System.getLogger("test")));

        assertThatIllegalStateException()
                .isThrownBy(() -> new BasicTasks().fail(context, "no luck"))
                .withMessage("no luck");
    }

    @Test
    void charge_postsOncePerKey_andTheBooksBalance() {
        Ledger ledger = new Ledger();
        Billing billing = new Billing(ledger);
        Money money = new Money(new BigDecimal("9.90"), "EUR");
        TaskContext context = context(Map.of("idempotencyKey", "o-1"));

        Receipt first = billing.charge(context, "o-1", money);
        Receipt rerun = billing.charge(context, "o-1", money);

        assertThat(rerun).isEqualTo(first);
        assertThat(ledger.balance("customers:o-1", "EUR")).isEqualByComparingTo("9.90");
        assertThat(ledger.balance("revenue", "EUR")).isEqualByComparingTo("-9.90");
    }

    @Test
    void money_refusesNonsense() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Money(BigDecimal.ZERO, "EUR"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Money(BigDecimal.ONE, "euro"));
    }

    @Test
    void demoWork_appendsOneLinePerRun(@TempDir Path dir) throws IOException {
        Path ledger = dir.resolve("ledger");
        DemoWork work = new DemoWork(Map.of(DemoWork.LEDGER, ledger.toString()));

        assertThat(work.work(context(Map.of("id", "t-1")), 7)).isEqualTo(7);
        work.work(context(Map.of("id", "t-2")), 8);

        assertThat(Files.readAllLines(ledger)).containsExactly("7 t-1", "8 t-2");
    }

    @Test
    void demoWork_withoutLedger_saysWhatToSet() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new DemoWork(Map.of()).work(context(Map.of("id", "t")), 1))
                .withMessageContaining("SEDANO_DEMO_LEDGER");
    }

    @Test
    void lambda_readsItsArguments() throws Exception {
        TaskRegistry registry = new TaskRegistry();
        new ExamplesModule().register(registry);
        TaskDefinition.HandlerTask greet = registry.definitions().stream()
                .filter(task -> task.name().equals("examples.greet"))
                .map(TaskDefinition.HandlerTask.class::cast)
                .findFirst()
                .orElseThrow();

        TaskCall call = proxy(TaskCall.class, Map.of("arg", "Ada"));
        assertThat(greet.handler().handle(context(Map.of()), call)).isEqualTo("Hello, Ada!");
    }
}
