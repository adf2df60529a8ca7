package dev.sedano.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sedano.task.DuplicatePolicy;
import dev.sedano.task.LeaseLossPolicy;
import dev.sedano.task.Retry;
import dev.sedano.task.RetryException;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskDefinition;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import dev.sedano.task.Verification;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.security.auth.login.AccountNotFoundException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RefundsTest {
    private static final Money AMOUNT = new Money(new BigDecimal("9.90"), "EUR");

    private static <T> T proxy(Class<T> type, InvocationHandler answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers));
    }

    /** A first run: every step runs its body. */
    private static TaskContext context() {
        return proxy(TaskContext.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "step", "stepAtMostOnce" -> ((Callable<?>) arguments[2]).call();
            case "retry" -> new RetryException((Retry) arguments[0]);
            default -> "key of the call";
        });
    }

    private static Bank bank(Function<Object[], @Nullable Object> transfer) {
        return proxy(Bank.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "accountOf" -> "account of " + arguments[0];
            case "transfer" -> {
                Object answer = transfer.apply(arguments);
                if (answer instanceof Exception failure) {
                    throw failure;
                }
                yield answer;
            }
            default -> "paid".equals(arguments[0]) ? "receipt" : null;
        });
    }

    @Test
    void refund_transfersUnderItsKey() throws Exception {
        Refunds refunds = new Refunds(bank(arguments -> arguments[0] + " to " + arguments[1]));

        assertThat(refunds.refund(context(), "r-1", AMOUNT)).isEqualTo("key of the call to account of r-1");
    }

    @Test
    void aBusyBank_isTriedAgainLater() {
        Refunds refunds = new Refunds(bank(arguments -> new Bank.BusyException("busy")));

        assertThatExceptionOfType(RetryException.class)
                .isThrownBy(() -> refunds.refund(context(), "r-1", AMOUNT))
                .satisfies(retry -> {
                    assertThat(retry.retry().delay()).isEqualTo(Duration.ofMinutes(5));
                    assertThat(retry.retry().mostRetries()).isEqualTo(10);
                });
    }

    @Test
    void theVerifier_believesTheBank() throws Exception {
        Refunds.AskBank ask = new Refunds.AskBank(() -> bank(arguments -> null));
        TaskCall call = proxy(TaskCall.class, (proxy, method, arguments) -> null);

        assertThat(ask.verify(call, "paid")).isEqualTo(new Verification.Done("receipt"));
        assertThat(ask.verify(call, "never heard of")).isInstanceOf(Verification.NotDone.class);
    }

    @Test
    void theTasks_haveTheirPolicies() {
        TaskRegistry registry = new TaskRegistry().addMethods(new Refunds(bank(arguments -> null)));
        Map<String, TaskOptions> options = registry.definitions().stream()
                .collect(Collectors.toMap(TaskDefinition::name, TaskDefinition::options));

        assertThat(options.get("billing.refund")).satisfies(refund -> {
            assertThat(refund.onLeaseLost()).isEqualTo(LeaseLossPolicy.ASK);
            assertThat(refund.verifier()).isInstanceOf(Refunds.AskBank.class);
            assertThat(refund.releaseOn()).hasSize(1).first().isEqualTo(AccountNotFoundException.class);
        });
        assertThat(options.get("billing.remind")).satisfies(remind -> {
            assertThat(remind.duplicates()).isEqualTo(DuplicatePolicy.DEAD_LETTER);
            assertThat(remind.maxCrashes()).isEqualTo(2);
        });
    }
}
