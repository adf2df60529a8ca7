package dev.sedano.examples;

import dev.sedano.task.Idempotent;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;

/** Charges orders: once per order, however often the message is sent. */
final class Billing {
    private final Ledger ledger;

    Billing(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Charges an order. The claim keeps copies of the message from running; the same key, handed on to the ledger, keeps
     * a rerun after a crash from posting twice, which no claim can.
     */
    @Task("billing.charge")
    @Idempotent(key = "orderId")
    Receipt charge(TaskContext context, String orderId, Money amount) {
        context.checkOwner();
        String key = context.idempotencyKey();
        Ledger.Entry entry = ledger.post(key, "customers:" + orderId, "revenue", amount);
        return new Receipt(orderId, entry.money(), entry.number(), key);
    }
}
