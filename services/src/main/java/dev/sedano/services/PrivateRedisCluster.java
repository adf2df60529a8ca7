package dev.sedano.services;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A Redis Cluster of our own: three primaries without replicas on free ports of 127.0.0.1, each with a third of the slots.
 * Not thread-safe: one owner controls it.
 */
public final class PrivateRedisCluster implements AutoCloseable {
    private static final int NODES = 3;
    private static final int SLOTS = 16_384;
    private static final int PER_COMMAND = 1_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<PrivateRedis> nodes = new ArrayList<>();

    private PrivateRedisCluster() {
        for (int i = 0; i < NODES; i++) {
            nodes.add(PrivateRedis.builder()
                    .cluster()
                    .setting("cluster-node-timeout 2000")
                    .start());
        }
        for (int i = 0; i < NODES; i++) {
            addSlots(nodes.get(i).port(), i * SLOTS / NODES, (i + 1) * SLOTS / NODES);
            RedisDialogue.ask(
                    nodes.get(0).port(),
                    "CLUSTER",
                    "MEET",
                    "127.0.0.1",
                    Integer.toString(nodes.get(i).port()));
        }
        Patience.await(
                "the cluster's agreement",
                LIMIT,
                () -> nodes.stream()
                        .map(each -> RedisDialogue.ask(each.port(), "CLUSTER", "INFO"))
                        .allMatch(info ->
                                info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + NODES)));
    }

    /** Starts the nodes and returns when all of them agree on the slots. */
    public static PrivateRedisCluster start() {
        return new PrivateRedisCluster();
    }

    /** In portions, and not as a range, because servers before 7.0 know no ranges. */
    private static void addSlots(int port, int from, int to) {
        for (int at = from; at < to; at += PER_COMMAND) {
            List<String> command = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
            IntStream.range(at, Math.min(to, at + PER_COMMAND)).forEach(slot -> command.add(Integer.toString(slot)));
            RedisDialogue.ask(port, command.toArray(String[]::new));
        }
    }

    /** Returns the nodes in the order of their slots at the start. */
    public List<PrivateRedis> nodes() {
        return List.copyOf(nodes);
    }

    /** Returns {@code redis+cluster://127.0.0.1:p,127.0.0.1:p,127.0.0.1:p}. */
    public String url() {
        return "redis+cluster://"
                + String.join(
                        ",",
                        nodes.stream().map(each -> "127.0.0.1:" + each.port()).toList());
    }

    /** Returns the node that serves {@code slot} now, as the first node sees it. */
    public PrivateRedis owner(int slot) {
        for (PrivateRedis each : nodes) {
            if (serves(each, slot)) {
                return each;
            }
        }
        throw new ServiceException("no node serves slot " + slot);
    }

    private static boolean serves(PrivateRedis node, int slot) {
        return RedisDialogue.ask(node.port(), "CLUSTER", "NODES")
                .lines()
                .filter(line -> line.contains("myself"))
                .flatMap(line -> List.of(line.split(" ", -1)).stream().skip(8))
                .filter(range -> range.matches("[0-9]+(-[0-9]+)?"))
                .anyMatch(range -> {
                    String[] ends = range.split("-", -1);
                    return Integer.parseInt(ends[0]) <= slot && slot <= Integer.parseInt(ends[ends.length - 1]);
                });
    }

    /** Moves {@code slot} with its keys to another node while clients go on, one key at a time. */
    public void move(int slot, PrivateRedis to) {
        PrivateRedis from = owner(slot);
        String number = Integer.toString(slot);
        String source = id(from);
        String target = id(to);
        RedisDialogue.ask(to.port(), "CLUSTER", "SETSLOT", number, "IMPORTING", source);
        RedisDialogue.ask(from.port(), "CLUSTER", "SETSLOT", number, "MIGRATING", target);
        String port = Integer.toString(to.port());
        for (String keys = keys(from, number); !keys.isEmpty(); keys = keys(from, number)) {
            keys.lines().forEach(key -> RedisDialogue.ask(from.port(), "MIGRATE", "127.0.0.1", port, key, "0", "5000"));
        }
        for (PrivateRedis each : List.of(to, from)) {
            RedisDialogue.ask(each.port(), "CLUSTER", "SETSLOT", number, "NODE", target);
        }
    }

    private static String keys(PrivateRedis node, String slot) {
        return RedisDialogue.ask(node.port(), "CLUSTER", "GETKEYSINSLOT", slot, "10");
    }

    private static String id(PrivateRedis node) {
        return RedisDialogue.ask(node.port(), "CLUSTER", "MYID");
    }

    @Override
    public void close() {
        nodes.forEach(PrivateRedis::close);
    }
}
