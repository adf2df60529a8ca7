package dev.sedano.worker.idempotency.redis;

import java.util.List;
import java.util.stream.IntStream;

/** The names of partitions' keys, for tests that look at them from outside. */
final class Partitions {
    private Partitions() {}

    static List<String> healthKeys(String namespace, int partitions) {
        return IntStream.range(0, partitions)
                .mapToObj(each -> "sed:{" + PartitionCount.tag(namespace, each, partitions) + "}:h")
                .toList();
    }
}
