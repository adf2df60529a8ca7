package dev.sedano.worker.idempotency.model;

/** A 64-bit hash of a state. With a million states two of them share one with a chance below 1 in 10 million. */
final class Hash {
    private long value = 0x9E3779B97F4A7C15L;

    Hash add(int number) {
        return add((long) number);
    }

    /** The order of the constants is as good as any: hashes live no longer than one exploration. */
    @SuppressWarnings("EnumOrdinal")
    Hash add(Enum<?> constant) {
        return add(constant.ordinal());
    }

    Hash add(boolean flag) {
        return add(flag ? 1L : 0L);
    }

    Hash add(long number) {
        value = mix(value + 0x632BE59BD9B4E019L * (number + 1));
        return this;
    }

    long value() {
        return value;
    }

    /** Spreads one value over all bits, so that sums of them do not depend on the order and rarely meet. */
    static long mix(long number) {
        long z = number;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
