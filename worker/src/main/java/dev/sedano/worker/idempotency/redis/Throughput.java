package dev.sedano.worker.idempotency.redis;

/**
 * Bytes that went through a connection, and how much longer a round may take for them: no more than on a slow network.
 *
 * @param written as far as the operating system has taken them
 */
record Throughput(long written, long read) {
    static final Throughput NONE = new Throughput(0, 0);

    private static final long LEAST_BYTES_PER_SECOND = 8 << 20;
    /** What the operating system may have taken although the server reads nothing is no progress. */
    private static final long NOT_SENT = 8 << 20;

    /** Nanoseconds beyond the deadline for what was moved since; 0 for little. */
    long nanosSince(Throughput before) {
        return nanosToWrite(written - before.written) + nanos(read - before.read);
    }

    /** Nanoseconds beyond the deadline for so many bytes to send; 0 for little. */
    static long nanosToWrite(long bytes) {
        return nanos(bytes - NOT_SENT);
    }

    private static long nanos(long bytes) {
        return Math.max(0, bytes) * 1_000_000_000 / LEAST_BYTES_PER_SECOND;
    }
}
