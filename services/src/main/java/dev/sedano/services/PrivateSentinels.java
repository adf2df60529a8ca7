package dev.sedano.services;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A primary, a replica and three sentinels of our own on free ports of 127.0.0.1, under the service name {@code sedano}. A
 * primary that is killed or frozen is replaced within a few seconds. Not thread-safe: one owner controls it.
 */
public final class PrivateSentinels implements AutoCloseable {
    /** The name by which the sentinels know the primary. */
    public static final String SERVICE = "sedano";

    private static final int SENTINELS = 3;
    private static final int QUORUM = 2;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<PrivateRedis> servers = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final List<ServerProcess> sentinels = new ArrayList<>();
    private final List<ServerFolder> folders = new ArrayList<>();

    private PrivateSentinels() {
        PrivateRedis primary = PrivateRedis.start();
        servers.add(primary);
        servers.add(PrivateRedis.builder().replicaOf(primary).start());
        for (int i = 0; i < SENTINELS; i++) {
            sentinel(primary);
        }
        // Only sentinels that know of each other and of the replica can agree on a fail-over.
        Patience.await(
                "the sentinels' agreement",
                LIMIT,
                () -> ports.stream()
                        .allMatch(port -> master(port, "num-slaves").equals("1")
                                && master(port, "num-other-sentinels").equals(Integer.toString(SENTINELS - 1))));
        awaitReplica();
    }

    /** Starts all of them and returns when they could agree on a fail-over. */
    public static PrivateSentinels start() {
        return new PrivateSentinels();
    }

    private void sentinel(PrivateRedis primary) {
        int port = FreePorts.next();
        ServerFolder folder = ServerFolder.of(null, "sentinel");
        folders.add(folder);
        String name = "sentinel monitor " + SERVICE + " 127.0.0.1 " + primary.port() + " " + QUORUM;
        folder.write(
                "sentinel.conf",
                String.join(
                        "\n",
                        "bind 127.0.0.1",
                        "port " + port,
                        name,
                        "sentinel down-after-milliseconds " + SERVICE + " 1000",
                        "sentinel failover-timeout " + SERVICE + " 3000",
                        ""));
        ServerProcess process = ServerProcess.start(
                "sentinel",
                List.of(PrivateRedis.program().toString(), "sentinel.conf", "--sentinel"),
                Map.of(),
                folder);
        sentinels.add(process);
        ports.add(port);
        process.awaitReady(() -> Handshake.redisAnswers(port), LIMIT);
    }

    private static String master(int port, String field) {
        List<String> lines =
                RedisDialogue.ask(port, "SENTINEL", "MASTER", SERVICE).lines().toList();
        int at = lines.indexOf(field);
        return at < 0 ? "" : lines.get(at + 1);
    }

    /** Returns the ports of the sentinels. */
    public List<Integer> ports() {
        return List.copyOf(ports);
    }

    /** Returns {@code sentinel://127.0.0.1:p,127.0.0.1:p,127.0.0.1:p/sedano/0}. */
    public String url() {
        return "sentinel://"
                + String.join(
                        ",", ports.stream().map(port -> "127.0.0.1:" + port).toList()) + "/" + SERVICE + "/0";
    }

    /** Returns the server that the sentinels name as primary now. */
    public PrivateRedis primary() {
        String port = RedisDialogue.ask(ports.get(0), "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE)
                .lines()
                .skip(1)
                .findFirst()
                .orElse("");
        return servers.stream()
                .filter(each -> port.equals(Integer.toString(each.port())))
                .findFirst()
                .orElseThrow(() -> new ServiceException("the sentinels name a primary that is not ours: " + port));
    }

    /** Kills the primary, waits until the replica serves, and starts the old one again as its replica. */
    public void failOver() {
        PrivateRedis old = primary();
        old.kill();
        awaitAnotherThan(old);
        old.restart();
        awaitReplica();
    }

    /** Waits until the sentinels name another primary than {@code old}. */
    public void awaitAnotherThan(PrivateRedis old) {
        Patience.await(
                "a new primary",
                LIMIT,
                () -> primary() != old
                        && RedisDialogue.ask(primary().port(), "ROLE").startsWith("master"));
    }

    /** Waits until a replica follows the primary and all sentinels know both. */
    public void awaitReplica() {
        Patience.await(
                "a replica of the new primary",
                LIMIT,
                () -> RedisDialogue.ask(primary().port(), "INFO", "replication").contains("state=online")
                        && ports.stream()
                                .allMatch(port -> master(port, "port")
                                                .equals(Integer.toString(
                                                        primary().port()))
                                        && master(port, "flags").equals("master")
                                        && RedisDialogue.ask(port, "SENTINEL", "REPLICAS", SERVICE)
                                                .lines()
                                                .anyMatch("slave"::equals)));
    }

    /** Waits until the replica has everything that the primary has by now. */
    public void awaitCopies() {
        int primary = primary().port();
        long written = offset(primary);
        Patience.await(
                "copies of all writes",
                LIMIT,
                () -> servers.stream()
                        .filter(each -> each.port() != primary)
                        .allMatch(each -> offset(each.port()) >= written));
    }

    private static long offset(int port) {
        List<String> role = RedisDialogue.ask(port, "ROLE").lines().toList();
        return Long.parseLong(role.get("master".equals(role.get(0)) ? 1 : 4));
    }

    @Override
    public void close() {
        sentinels.forEach(ServerProcess::kill);
        servers.forEach(PrivateRedis::close);
        folders.forEach(ServerFolder::discard);
    }
}
