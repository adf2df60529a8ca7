package dev.sedano.examples;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A double-entry ledger that stands for an outside system with idempotency keys, as payment providers have: a key that
 * was posted before gets its first entry back. Thread-safe.
 */
final class Ledger {
    private final Map<String, Entry> byKey = new HashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    /** What was posted: the amount leaves one account and enters the other. */
    record Entry(long number, String debit, String credit, Money money) {}

    synchronized Entry post(String idempotencyKey, String debit, String credit, Money money) {
        return byKey.computeIfAbsent(idempotencyKey, key -> {
            Entry entry = new Entry(entries.size() + 1L, debit, credit, money);
            entries.add(entry);
            return entry;
        });
    }

    synchronized BigDecimal balance(String account, String currency) {
        return entries.stream()
                .filter(entry -> entry.money().currency().equals(currency))
                .map(entry -> signed(entry, account))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static BigDecimal signed(Entry entry, String account) {
        BigDecimal amount = entry.money().amount();
        BigDecimal debit = entry.debit().equals(account) ? amount : BigDecimal.ZERO;
        return entry.credit().equals(account) ? debit.subtract(amount) : debit;
    }
}
