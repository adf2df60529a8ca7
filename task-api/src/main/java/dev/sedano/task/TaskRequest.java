package dev.sedano.task;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The message of a run as it was sent and delivered (Celery's {@code Task.request}). Immutable.
 *
 * @param eta when it was to run at the earliest, the text as sent; null = at once
 * @param expires when it was to be dropped, the text as sent; null = never
 * @param hardTimeLimit seconds after which the run is given up, as the message says; null = it says nothing
 * @param softTimeLimit seconds after which the run is interrupted, as the message says; null = it says nothing
 * @param groupIndex its place in its group; null = none
 * @param replacedTaskNesting how often this id was handed from one task to another by {@link TaskContext#replace}
 * @param stampedHeaders names of its stamps; empty = none
 * @param stamps its stamps: texts, numbers, lists
 * @param ignoreResult whether the caller wants no result; null = the message does not say
 * @param queue the queue it was consumed from
 * @param exchange the exchange it was published to, empty for the default exchange
 * @param routingKey the routing key it was published with
 * @param redelivered whether the broker says that it was delivered before
 * @param properties the AMQP basic properties that are set, by their names ({@code priority}, {@code correlation_id}, {@code
 *     reply_to}, {@code app_id} …)
 * @param hostname the node that runs it
 */
public record TaskRequest(
        @Nullable String eta,
        @Nullable String expires,
        @Nullable Number hardTimeLimit,
        @Nullable Number softTimeLimit,
        @Nullable Integer groupIndex,
        int replacedTaskNesting,
        List<String> stampedHeaders,
        Map<String, @Nullable Object> stamps,
        @Nullable Boolean ignoreResult,
        String queue,
        String exchange,
        String routingKey,
        boolean redelivered,
        Map<String, @Nullable Object> properties,
        String hostname) {}
