package dev.sedano.worker.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One decoded task message, the same for protocol 1 and 2.
 *
 * <p>Values in {@code args} and {@code kwargs} are null, Boolean, Long, BigInteger, Double, String, List, Map, and for
 * Celery's tagged types OffsetDateTime, LocalDateTime, LocalDate, OffsetTime, LocalTime, BigDecimal, PythonDecimal
 * (what BigDecimal cannot hold), UUID and byte[]. Only YAML has Set, and maps whose keys are no text: null, Boolean, Long,
 * BigInteger, Double or a time.
 *
 * @param rootId the id of the workflow's first task; the own id when the message has none
 * @param retries how often the task was retried before
 * @param nesting Celery's {@code replaced_task_nesting}
 * @param eta not to run before, or null
 * @param expires not to run after, or null
 * @param ignoreResult null when the message does not say
 * @param customHeaders headers that Celery does not define
 * @param envelope what the message says beside the call
 */
public record TaskMessage(
        int protocol,
        String task,
        String id,
        String rootId,
        @Nullable String parentId,
        @Nullable String group,
        @Nullable Integer groupIndex,
        int retries,
        int nesting,
        @Nullable Instant eta,
        @Nullable Instant expires,
        @Nullable Boolean ignoreResult,
        @Nullable String shadow,
        @Nullable String correlationId,
        @Nullable String replyTo,
        Map<String, @Nullable Object> customHeaders,
        List<@Nullable Object> args,
        Map<String, @Nullable Object> kwargs,
        Embed embed,
        Envelope envelope) {
    /** A message whose envelope says nothing. */
    public TaskMessage(
            int protocol,
            String task,
            String id,
            String rootId,
            @Nullable String parentId,
            @Nullable String group,
            @Nullable Integer groupIndex,
            int retries,
            int nesting,
            @Nullable Instant eta,
            @Nullable Instant expires,
            @Nullable Boolean ignoreResult,
            @Nullable String shadow,
            @Nullable String correlationId,
            @Nullable String replyTo,
            Map<String, @Nullable Object> customHeaders,
            List<@Nullable Object> args,
            Map<String, @Nullable Object> kwargs,
            Embed embed) {
        this(
                protocol,
                task,
                id,
                rootId,
                parentId,
                group,
                groupIndex,
                retries,
                nesting,
                eta,
                expires,
                ignoreResult,
                shadow,
                correlationId,
                replyTo,
                customHeaders,
                args,
                kwargs,
                embed,
                Envelope.NONE);
    }

    /** The same, consumed with this routing key. */
    public TaskMessage routedBy(String routingKey) {
        return with(
                ignoreResult,
                embed,
                new Envelope(
                        routingKey,
                        envelope.etaText,
                        envelope.expiresText,
                        envelope.hardTimeLimit,
                        envelope.softTimeLimit,
                        envelope.stampedHeaders,
                        envelope.stamps));
    }

    /** The same, whose caller wants no result. */
    public TaskMessage ignoringResult() {
        return with(true, embed, envelope);
    }

    /** The same, with something else to follow it. */
    public TaskMessage followedBy(Embed next) {
        return with(ignoreResult, next, envelope);
    }

    private TaskMessage with(@Nullable Boolean ignores, Embed next, Envelope another) {
        return new TaskMessage(
                protocol,
                task,
                id,
                rootId,
                parentId,
                group,
                groupIndex,
                retries,
                nesting,
                eta,
                expires,
                ignores,
                shadow,
                correlationId,
                replyTo,
                customHeaders,
                args,
                kwargs,
                next,
                another);
    }

    /**
     * What a message says beside its call, mostly as sent.
     *
     * @param routingKey what it was published with; empty until it is known
     * @param hardTimeLimit seconds, or null
     * @param softTimeLimit seconds, or null
     */
    public record Envelope(
            String routingKey,
            @Nullable String etaText,
            @Nullable String expiresText,
            @Nullable Number hardTimeLimit,
            @Nullable Number softTimeLimit,
            List<String> stampedHeaders,
            Map<String, @Nullable Object> stamps) {
        /** Nothing. */
        public static final Envelope NONE = new Envelope("", null, null, null, null, List.of(), Map.of());
    }

    /** What is to follow this task; an empty list or null means nothing. */
    public record Embed(
            List<@Nullable Object> callbacks,
            List<@Nullable Object> errbacks,
            List<@Nullable Object> chain,
            @Nullable Object chord) {
        /** Nothing follows. */
        public static final Embed NONE = new Embed(List.of(), List.of(), List.of(), null);

        /** Whether anything follows this task. */
        public boolean isEmpty() {
            return callbacks.isEmpty() && errbacks.isEmpty() && chain.isEmpty() && chord == null;
        }
    }
}
