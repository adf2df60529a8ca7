package dev.sedano.services;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Collections;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Ports of 127.0.0.1 that nobody listens on.
 *
 * <p>They lie below the range from which systems give ports to outgoing connections (32768 on Linux). A port inside that
 * range can be lost while its server is down: a client that keeps dialling it may be given that very port as its own
 * and ends up connected to itself, after which the server cannot come back.
 */
public final class FreePorts {
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_000;
    private static final int ATTEMPTS = 1_000;
    private static final Random RANDOM = new Random();
    private static final Set<Integer> GIVEN = new HashSet<>();

    private FreePorts() {}

    /** Returns a port that nobody listens on now and that this process was not given before. Thread-safe. */
    public static int next() {
        return first(Set.of(0));
    }

    /**
     * Returns a port as {@link #next} does, for a server that also listens on the one that is higher by {@code distance}.
     * Thread-safe.
     *
     * @param distance at most 11,000
     */
    static int nextOfTwo(int distance) {
        return first(Set.of(0, distance));
    }

    /** @param distances of all that are taken from the one that is returned, which is the lowest */
    private static synchronized int first(Set<Integer> distances) {
        int range = HIGHEST - LOWEST - Collections.max(distances);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = LOWEST + RANDOM.nextInt(range);
            if (distances.stream().allMatch(distance -> isFree(port + distance))) {
                distances.forEach(distance -> GIVEN.add(port + distance));
                return port;
            }
        }
        throw new ServiceException("no free port of 127.0.0.1 between " + LOWEST + " and " + HIGHEST);
    }

    private static boolean isFree(int port) {
        if (GIVEN.contains(port)) {
            return false;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
