package dev.sedano.examples;

import dev.sedano.task.DuplicatePolicy;
import dev.sedano.task.Idempotent;
import dev.sedano.task.LeaseLossPolicy;
import dev.sedano.task.OutcomeVerifier;
import dev.sedano.task.Retry;
import dev.sedano.task.Task;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.Verification;
import java.io.IOException;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import javax.security.auth.login.AccountNotFoundException;

/** Retry, steps, a verifier and policies. Not in {@link ExamplesModule}: it needs a {@link Bank}. */
final class Refunds {
    private final Bank bank;

    Refunds(Bank bank) {
        this.bank = bank;
    }

    @Task("billing.refund")
    @Idempotent(
            key = "refundId",
            onLeaseLost = LeaseLossPolicy.ASK,
            verify = AskBank.class,
            releaseOn = AccountNotFoundException.class)
    String refund(TaskContext context, String refundId, Money amount) throws Exception {
        String account = context.step("account", String.class, () -> bank.accountOf(refundId));
        try {
            return bank.transfer(context.idempotencyKey(), account, amount);
        } catch (Bank.BusyException busy) {
            throw context.retry(Retry.in(Duration.ofMinutes(5)).atMost(10).because(busy));
        }
    }

    @Task("billing.remind")
    @Idempotent(key = "orderId", maxCrashes = 2, duplicates = DuplicatePolicy.DEAD_LETTER)
    void remind(TaskContext context, String orderId) throws Exception {
        String address = context.step("address", String.class, () -> bank.addressOf(orderId));
        context.stepAtMostOnce("print", Boolean.class, () -> bank.printReminder(orderId, address));
    }

    /** Asks whether a refund was transferred by a run whose worker vanished. */
    static final class AskBank implements OutcomeVerifier {
        private final Supplier<Bank> bank;

        /** Called by the worker. */
        AskBank() {
            this(() -> ServiceLoader.load(Bank.class).findFirst().orElseThrow());
        }

        AskBank(Supplier<Bank> bank) {
            this.bank = bank;
        }

        @Override
        public Verification verify(TaskCall call, String idempotencyKey) throws IOException {
            String receipt = bank.get().receiptOf(idempotencyKey);
            return receipt == null ? new Verification.NotDone() : new Verification.Done(receipt);
        }
    }
}
