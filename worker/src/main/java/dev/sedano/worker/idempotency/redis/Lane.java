package dev.sedano.worker.idempotency.redis;

/** Kinds of calls that never wait for each other, each with a connection and a thread of its own. */
enum Lane {
    /** Claims, completions, releases and reports. */
    WORK("sedano-store-1"),
    /** Renewals: they must not wait behind a backlog of claims. */
    RENEWALS("sedano-store-2"),
    /** Hello. */
    PROBE("sedano-store-3");

    private final String thread;

    Lane(String thread) {
        this.thread = thread;
    }

    /** The name of its thread. */
    String thread() {
        return thread;
    }
}
