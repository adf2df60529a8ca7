package dev.sedano.worker.idempotency.redis;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Fixed functions from names to places. They must never change: where a record is found depends on them. */
final class Slots {
    private Slots() {}

    /** The slot of a Redis Cluster that holds the keys with this hash tag. */
    static int ofTag(String tag) {
        return JedisClusterCRC16.getSlot(tag.getBytes(StandardCharsets.UTF_8));
    }

    /** The partition of a record: CRC-32 (as in zip files) of its name in UTF-8, modulo the number of partitions. */
    static int partition(String record, int partitions) {
        CRC32 sum = new CRC32();
        sum.update(record.getBytes(StandardCharsets.UTF_8));
        return (int) (sum.getValue() % partitions);
    }
}
