package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.control.ControlAccess;
import dev.sedano.worker.delivery.UnknownTaskPolicy;
import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.protocol.PayloadSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a worker, checked. Immutable; {@code toString} shows no secret. Each parameter says the command
 * line's option and the builder's default.
 *
 * @param brokers {@code --broker}; tried in this order; {@code amqp://guest:guest@localhost:5672//}
 * @param resultBackend {@code --result-backend}; none by default: it has to be said
 * @param idempotencyStore {@code --idempotency-store}; the result backend if that is Redis, else it has to be said
 * @param storePartitions {@code --store-partitions}; hash tags over which the keys are spread, 1 to 1024; 1, in a cluster 16
 * @param durability {@code --durability}; confirmations that a claim or completion needs; none
 * @param queues {@code -Q}; the defined queues, or else the default queue
 * @param concurrency {@code -c}; how many handlers run at once, 1 to 10000; the number of processors
 * @param node {@code -n}; {@code sedano@<hostname>}
 * @param pool {@code -P}; threads
 * @param prefetchMultiplier {@code --prefetch-multiplier}; deliveries taken ahead per slot, 1 to 1000; 1
 * @param http {@code --http}; null = off; 127.0.0.1:9464
 * @param shutdownTimeout {@code --shutdown-timeout}; zero and up; 60 s
 * @param lease {@code --lease}; how long a claim holds without renewal, 1 s to 1 h; 30 s
 * @param retention {@code --retention}; how long completed keys are remembered, a lease and up; 7 days
 * @param resultExpiry {@code --result-expires}; how long results and chords stay in the backend, 1 s and up, or 0
 *     = for ever; 1 day, as in Celery
 * @param resultExtended {@code --result-extended}; whether stored results say name, arguments, worker, retries and queue; no
 * @param trackStarted {@code --track-started}; whether callers see the state STARTED; no
 * @param namespace {@code --namespace}; prefix of the store's keys; workers that share work share it; {@code default}
 * @param stateDir {@code --state-dir}; journal and known epoch; {@code $XDG_STATE_HOME/sedano/<node>}
 * @param topology {@code --topology}; declare
 * @param unknownTask {@code --on-unknown-task}; dead-letter
 * @param afterLeaseLoss {@code --on-lease-loss}; rerun
 * @param consumerTimeout {@code --consumer-timeout}; the broker's {@code consumer_timeout}, 1 min to 1 day; 30 min
 * @param journalLimit {@code --journal-limit}; bytes that this worker's journal may have, 0 = no journal, else 64 KiB to
 *     1 GiB; 64 MiB
 * @param deliveryLimit {@code --delivery-limit}; the delivery limit of quorum queues that the worker cannot see, 1 to
 *     1000000; where a queue says its own the lower one counts; 20, the default of RabbitMQ 4
 * @param payloads {@code --accept-content}, {@code --task-serializer}, {@code --task-compression}, {@code
 *     --result-serializer}, {@code --result-compression}; everything safe is read, JSON is written
 * @param taskEvents {@code -E}; whether task events are sent from the start; no
 * @param control {@code --control}; which control commands are obeyed; all, as in Celery
 * @param inheritPriority {@code --inherit-priority}; whether what follows a task has the priority of its message, as with
 *     Celery's {@code task_inherit_parent_priority}
 * @param mostLeftBehind {@code --max-left-behind}; at how many handlers that run on past their hard time limits the worker
 *     ends, 1 to 10000; as many as run at once
 * @param routing {@code --default-queue}, {@code task_queues}, {@code task_routes}; where messages go
 * @param limits {@code --time-limit}, {@code --soft-time-limit}, {@code --autoscale}, {@code --queue-concurrency},
 *     {@code task_annotations}; none
 * @param longestHold {@code --longest-hold}; tasks that are due later wait in delay queues of the broker, 1 s to 60 s; 60 s
 */
public record WorkerConfig(
        List<BrokerUri> brokers,
        ResultBackend resultBackend,
        StoreUri idempotencyStore,
        int storePartitions,
        Durability durability,
        List<String> queues,
        int concurrency,
        String node,
        PoolKind pool,
        int prefetchMultiplier,
        @Nullable HttpAddress http,
        Duration shutdownTimeout,
        Duration lease,
        Duration retention,
        Duration resultExpiry,
        boolean resultExtended,
        boolean trackStarted,
        String namespace,
        Path stateDir,
        TopologyMode topology,
        UnknownTaskPolicy unknownTask,
        AfterLeaseLoss afterLeaseLoss,
        Duration consumerTimeout,
        long journalLimit,
        int deliveryLimit,
        PayloadSettings payloads,
        boolean taskEvents,
        ControlAccess control,
        boolean inheritPriority,
        int mostLeftBehind,
        Routing routing,
        HandlerLimits limits,
        Duration longestHold) {

    /** What {@link #isJournalLimit} allows, for people. */
    public static final String JOURNAL_LIMITS = "must be 0 (no journal) or from 64K to 1G";

    /**
     * Checks every setting.
     *
     * @throws ConfigurationException naming option, value and cure
     */
    public WorkerConfig {
        brokers = List.copyOf(brokers);
        queues = List.copyOf(queues);
        require(!brokers.isEmpty(), "--broker", "", "names no broker: write amqp://user:password@host:5672/vhost");
        checkQueues(queues);
        inRange("--store-partitions", storePartitions, 1, 1024);
        inRange("-c", concurrency, 1, 10_000);
        require(
                pool != PoolKind.SOLO || concurrency == 1,
                "-c",
                concurrency,
                "does not fit -P solo, which runs one handler at a time: leave -c out, or use -P threads");
        require(
                pool != PoolKind.SOLO || limits.autoscale() == null,
                "--autoscale",
                String.valueOf(limits.autoscale()),
                "does not fit -P solo, which runs one handler at a time: leave one of them out");
        require(
                pool != PoolKind.VIRTUAL || Runtime.version().feature() >= 21,
                "-P",
                "virtual",
                "needs Java 21 or newer, this is Java " + Runtime.version().feature()
                        + ": use -P threads, or start the worker with a newer Java");
        require(
                node.matches("[^\\s@/\\\\]+@[^\\s@/\\\\]+"),
                "-n",
                node,
                "is no node name: write NAME@HOST without blanks and slashes, as w1@%h");
        inRange("--prefetch-multiplier", prefetchMultiplier, 1, 1000);
        inRange("--max-left-behind", mostLeftBehind, 1, 10_000);
        inRange("--delivery-limit", deliveryLimit, 1, 1_000_000);
        require(
                !shutdownTimeout.isNegative(),
                "--shutdown-timeout",
                DurationText.format(shutdownTimeout),
                "is negative: write 60s");
        between("--longest-hold", longestHold, Duration.ofSeconds(1), Duration.ofSeconds(60));
        between("--lease", lease, Duration.ofSeconds(1), Duration.ofHours(1));
        between("--retention", retention, lease, Duration.ofDays(3650));
        if (!resultExpiry.isZero()) {
            between("--result-expires", resultExpiry, Duration.ofSeconds(1), Duration.ofDays(3650));
        }
        between("--consumer-timeout", consumerTimeout, Duration.ofMinutes(1), Duration.ofDays(1));
        require(isJournalLimit(journalLimit), "--journal-limit", journalLimit, JOURNAL_LIMITS);
        require(
                namespace.matches("[A-Za-z0-9_.-]{1,64}"),
                "--namespace",
                namespace,
                "is no namespace: use 1 to 64 letters, digits, dots, dashes and underscores");
    }

    /** Whether {@code bytes} may be the limit of a journal; see {@link #JOURNAL_LIMITS}. */
    public static boolean isJournalLimit(long bytes) {
        return bytes == 0 || (bytes >= 64 << 10 && bytes <= 1 << 30);
    }

    /** A builder with the defaults filled in. */
    public static WorkerConfigBuilder builder() {
        return new WorkerConfigBuilder();
    }

    /** Whether result and completion marker live in the same database, so that one script can write both. */
    public boolean resultBesideMarker() {
        return resultBackend instanceof ResultBackend.Redis redis && redis.uri().sameDatabaseAs(idempotencyStore);
    }

    private static void checkQueues(List<String> queues) {
        require(!queues.isEmpty(), "-Q", "", "names no queue: write -Q celery");
        HashSet<String> seen = new HashSet<>();
        for (String queue : queues) {
            QueueNames.check("-Q", queue);
            require(seen.add(queue), "-Q", String.join(",", queues), "names " + queue + " twice: name each queue once");
        }
    }

    private static void inRange(String option, int value, int least, int most) {
        require(value >= least && value <= most, option, value, "must be from " + least + " to " + most);
    }

    private static void between(String option, Duration value, Duration least, Duration most) {
        require(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                option,
                DurationText.format(value),
                "must be from " + DurationText.format(least) + " to " + DurationText.format(most));
    }

    private static void require(boolean holds, String option, Object value, String cure) {
        if (!holds) {
            throw new ConfigurationException(option, value.toString(), cure);
        }
    }
}
