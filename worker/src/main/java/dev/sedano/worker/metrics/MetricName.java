package dev.sedano.worker.metrics;

import java.util.List;

/** Every metric of the worker: its name, type, tags and meaning. {@code docs/operations.md} lists the same. */
public enum MetricName {
    DELIVERIES("sedano.deliveries", "deliveries that arrived", "queue"),
    SETTLEMENTS(
            "sedano.settlements",
            "settlements; their sum plus in-flight equals deliveries",
            "task",
            "outcome",
            "reason"),
    REQUEUES("sedano.requeues", "deliveries returned to their queue", "reason"),
    DUPLICATES("sedano.duplicates", "deliveries acknowledged without running, their work being done", "kind"),
    BLOCKED("sedano.blocked", "deliveries that the fail-safe kept from running"),
    FALSE_POSITIVES("sedano.false.positives", "blocks that delayed valid work"),
    TRUE_POSITIVES("sedano.true.positives", "blocks that prevented a second run"),
    BLOCKS_UNREPORTED("sedano.blocks.unreported", "blocks whose verdict will never be known"),
    FALSE_POSITIVE_DELAY("sedano.false.positive.delay", "from the block to the claim that ran the work"),
    PAUSED("sedano.paused.seconds", "time without consuming", "reason"),
    STORE_UP("sedano.store.up", "1 while the idempotency store answers"),
    STORE_LATENCY("sedano.store.latency", "from hand-over to reply", "script"),
    STORE_ERRORS("sedano.store.errors", "store calls that failed", "kind"),
    STORE_IDENTITY_CHANGES("sedano.store.identity.changes", "SWITCHED, ROLLBACK and AMNESIA verdicts", "verdict"),
    BREAKER_STATE("sedano.breaker.state", "0 closed, 1 half open, 2 open"),
    BROKER_UP("sedano.broker.up", "1 while connected to the broker"),
    BROKER_BLOCKED("sedano.broker.blocked", "1 while the broker takes no messages: memory or disk alarm"),
    CONSUMING("sedano.consuming", "1 while at least one consumer is active"),
    HANDLERS_RUNNING("sedano.handlers.running", "handlers running now"),
    HANDLERS_LEFT_BEHIND("sedano.handlers.left.behind", "handlers that run on past their hard time limit"),
    SLOTS("sedano.slots", "handlers that may run at once"),
    HANDLER_TIME("sedano.handler", "duration of handlers", "task"),
    HANDLER_RUNS("sedano.handler.runs", "handlers started", "task"),
    IN_FLIGHT("sedano.in.flight", "deliveries not settled yet"),
    HELD("sedano.held", "deliveries kept unsettled: their key runs elsewhere, or they are not due"),
    DELAYED("sedano.delayed", "deliveries moved to delay queues of the broker, not being due for long", "queues"),
    UNRECORDED("sedano.unrecorded.completions", "finished handlers whose outcome the store has not confirmed"),
    JOURNAL_OPEN("sedano.journal.open", "entries of this worker's journal that wait for the store"),
    JOURNAL_BYTES("sedano.journal.bytes", "size of this worker's journal"),
    JOURNAL_LEFT("sedano.journal.left", "finished runs of earlier workers that are not recorded yet"),
    JOURNAL_WRITTEN("sedano.journal.written", "entries written to disk"),
    JOURNAL_REFUSED("sedano.journal.refused", "entries that are in memory only", "cause"),
    JOURNAL_REPLAYED("sedano.journal.replayed", "entries of earlier workers, by what became of them", "result"),
    TAKEOVERS("sedano.takeovers", "runs of work that an earlier owner may have run", "prior"),
    ZOMBIES("sedano.zombies", "owners whose key was taken over while they ran"),
    FOLLOW_UPS("sedano.follow.ups", "retries, callbacks, chain steps and errbacks published or stored"),
    FOLLOW_UPS_SET_ASIDE("sedano.follow.ups.set.aside", "follow-ups put to a dead-letter queue", "reason"),
    ANSWERED_FROM_MEMORY("sedano.answered.from.memory", "exact repetitions answered without the store"),
    UNPROTECTED_RUNS("sedano.unprotected.runs", "runs without a claim: the task fails open, or only observes"),
    OBSERVED("sedano.observed", "refusals that an observing task ignored", "refusal"),
    BEYOND_RETENTION(
            "sedano.beyond.retention",
            "deliveries whose eta or expires is further away than their key is remembered",
            "task");

    private final String id;
    private final String description;
    private final List<String> tags;

    MetricName(String id, String description, String... tags) {
        this.id = id;
        this.description = description;
        this.tags = List.of(tags);
    }

    /** The Micrometer name; Prometheus shows it with underscores and, for counters, {@code _total}. */
    public String id() {
        return id;
    }

    /** One line of meaning. */
    public String description() {
        return description;
    }

    List<String> tags() {
        return tags;
    }
}
