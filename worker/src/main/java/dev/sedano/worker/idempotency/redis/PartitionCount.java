package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;

/**
 * The number of partitions, kept in the store under {@code sed:{NS}:p}: a worker that counted otherwise would look for
 * records where they are not, and run finished work again.
 */
final class PartitionCount {
    private final byte[] count;
    private final byte[] unpartitioned;
    private final String namespace;
    private final int partitions;

    PartitionCount(String namespace, int partitions) {
        this.count = Bytes.of("sed:{" + namespace + "}:p");
        this.unpartitioned = Bytes.of("sed:{" + namespace + "}:h");
        this.namespace = namespace;
        this.partitions = partitions;
    }

    /** The hash tag of a partition's keys; a namespace of one partition has the names of before there were any. */
    static String tag(String namespace, int partition, int partitions) {
        return partitions == 1 ? namespace : namespace + ":" + partition;
    }

    /** Puts our number there if there is none; throws StoreException if there is another. */
    void agree(Session session) {
        String found = session.get(count);
        if (found.isEmpty()) {
            // Stores of before there were partitions have records, but no number.
            if (partitions > 1 && session.exists(unpartitioned)) {
                found = "1";
            } else {
                session.setIfAbsent(count, Integer.toString(partitions));
                found = session.get(count);
            }
        }
        if (!found.equals(Integer.toString(partitions))) {
            throw new StoreException(
                    Kind.NOT_PERMITTED,
                    Effect.NONE,
                    "the store's namespace '" + namespace + "' is split into " + found
                            + " partitions and this worker is set to " + partitions
                            + ", so it would not find what others recorded: set --store-partitions " + found
                            + ", or use another --namespace",
                    null);
        }
    }
}
