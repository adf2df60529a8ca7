package dev.sedano.client;

import dev.sedano.task.client.TaskFailure;
import dev.sedano.worker.protocol.ResultKeys;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a client sends and where it reads results; each setting is one that Celery has, too. Immutable; {@code toString}
 * leaves the URLs out, since they hold passwords.
 *
 * @param broker {@code broker_url}: {@code amqp://user:password@host:5672/vhost}; several, separated by {@code ;}, are tried
 *     in order
 * @param resultBackend {@code result_backend}: {@code redis://…}, {@code rediss://…}, {@code sentinel://…}, {@code rpc://},
 *     or null = results are not read
 * @param resultKeyPrefix {@code global_keyprefix} of {@code result_backend_transport_options}, as the workers have it; null =
 *     none
 * @param defaultQueue {@code task_default_queue}: where tasks go that name no queue
 * @param createQueues {@code task_create_missing_queues}: whether a queue that does not exist is declared; else a task for
 *     it is refused
 * @param serializer {@code task_serializer}: {@code json}, {@code msgpack} or {@code yaml}
 * @param compression {@code task_compression}: {@code gzip}, {@code bzip2}, {@code lzma} or {@code zstd}; null = none
 * @param sendWithin how long a send is tried before it fails; more than zero
 * @param mostUnconfirmed so many messages may be on their way at a time; 1 to 10,000
 * @param resultExpires {@code result_expires}: how long chords and saved groups are kept, and a queue of replies that
 *     nobody reads; at least 1 s
 * @param failures makes of a failure, by {@code module.type}, the exception that {@code get} throws
 */
public record ClientConfig(
        String broker,
        @Nullable String resultBackend,
        @Nullable String resultKeyPrefix,
        String defaultQueue,
        boolean createQueues,
        String serializer,
        @Nullable String compression,
        Duration sendWithin,
        int mostUnconfirmed,
        Duration resultExpires,
        Map<String, Function<TaskFailure, ? extends RuntimeException>> failures) {
    private static final int MOST = 10_000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the field, its value and the cure
     */
    public ClientConfig {
        if (defaultQueue.isBlank()) {
            throw new IllegalArgumentException("defaultQueue is blank: name the queue that workers consume, as celery");
        }
        if (sendWithin.isNegative() || sendWithin.isZero()) {
            throw new IllegalArgumentException("sendWithin " + sendWithin + " is not positive: give some seconds");
        }
        if (mostUnconfirmed < 1 || mostUnconfirmed > MOST) {
            throw new IllegalArgumentException("mostUnconfirmed " + mostUnconfirmed + " is not between 1 and " + MOST);
        }
        if (resultExpires.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("resultExpires " + resultExpires + " is less than a second");
        }
        keys(resultKeyPrefix);
        failures = Map.copyOf(failures);
    }

    /** What results are called in Redis. */
    ResultKeys resultKeys() {
        return keys(resultKeyPrefix);
    }

    private static ResultKeys keys(@Nullable String prefix) {
        try {
            return ResultKeys.of(prefix);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("resultKeyPrefix \"" + prefix + "\" " + e.getMessage(), e);
        }
    }

    /** Celery's defaults: queue {@code celery}, JSON; a send is tried for 30 s. Results are not read. */
    public static ClientConfig of(String broker) {
        return new ClientConfig(
                broker,
                null,
                null,
                "celery",
                true,
                "json",
                null,
                Duration.ofSeconds(30),
                1_000,
                Duration.ofDays(1),
                Map.of());
    }

    /** As {@link #of(String)}, with results. */
    public static ClientConfig of(String broker, String resultBackend) {
        return of(broker).withResults(resultBackend);
    }

    /** The same with results from there. */
    public ClientConfig withResults(@Nullable String backend) {
        return new ClientConfig(
                broker,
                backend,
                resultKeyPrefix,
                defaultQueue,
                createQueues,
                serializer,
                compression,
                sendWithin,
                mostUnconfirmed,
                resultExpires,
                failures);
    }

    /** The same for an app whose results have names with a prefix, its {@code global_keyprefix}. */
    public ClientConfig withResultKeyPrefix(@Nullable String prefix) {
        return new ClientConfig(
                broker,
                resultBackend,
                prefix,
                defaultQueue,
                createQueues,
                serializer,
                compression,
                sendWithin,
                mostUnconfirmed,
                resultExpires,
                failures);
    }

    /** The same with another queue for tasks that name none. */
    public ClientConfig withDefaultQueue(String queue) {
        return new ClientConfig(
                broker,
                resultBackend,
                resultKeyPrefix,
                queue,
                createQueues,
                serializer,
                compression,
                sendWithin,
                mostUnconfirmed,
                resultExpires,
                failures);
    }

    /** The same, refusing tasks for queues that do not exist. */
    public ClientConfig withoutCreatingQueues() {
        return new ClientConfig(
                broker,
                resultBackend,
                resultKeyPrefix,
                defaultQueue,
                false,
                serializer,
                compression,
                sendWithin,
                mostUnconfirmed,
                resultExpires,
                failures);
    }

    /** The same with messages in another form. */
    public ClientConfig withPayload(String taskSerializer, @Nullable String taskCompression) {
        return new ClientConfig(
                broker,
                resultBackend,
                resultKeyPrefix,
                defaultQueue,
                createQueues,
                taskSerializer,
                taskCompression,
                sendWithin,
                mostUnconfirmed,
                resultExpires,
                failures);
    }

    /** The same with other limits of sending. */
    public ClientConfig withSending(Duration within, int most) {
        return new ClientConfig(
                broker,
                resultBackend,
                resultKeyPrefix,
                defaultQueue,
                createQueues,
                serializer,
                compression,
                within,
                most,
                resultExpires,
                failures);
    }

    /** The same with another time for chords, saved groups and the queue of replies. */
    public ClientConfig withResultExpires(Duration time) {
        return new ClientConfig(
                broker,
                resultBackend,
                resultKeyPrefix,
                defaultQueue,
                createQueues,
                serializer,
                compression,
                sendWithin,
                mostUnconfirmed,
                time,
                failures);
    }

    /**
     * The same, throwing an exception of one's own for one class of Python's, or of a Java worker's ({@code module} is the
     * package then).
     */
    public ClientConfig withFailure(
            String module, String type, Function<TaskFailure, ? extends RuntimeException> exception) {
        Map<String, Function<TaskFailure, ? extends RuntimeException>> more = new LinkedHashMap<>(failures);
        more.put(module + "." + type, exception);
        return new ClientConfig(
                broker,
                resultBackend,
                resultKeyPrefix,
                defaultQueue,
                createQueues,
                serializer,
                compression,
                sendWithin,
                mostUnconfirmed,
                resultExpires,
                more);
    }

    @Override
    public String toString() {
        return "ClientConfig[defaultQueue=" + defaultQueue + ", serializer=" + serializer + ", sendWithin=" + sendWithin
                + "]";
    }
}
