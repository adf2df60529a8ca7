package dev.sedano.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AnnouncementsTest {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);

    /** A server that lets its first answer to SUBSCRIBE wait, which no Redis can be asked to do. */
    private void serve(ServerSocket listening) {
        try (Socket socket = listening.accept();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            int subscribed = 0;
            for (List<String> command = read(in); !command.isEmpty(); command = read(in)) {
                String name = command.get(0).toUpperCase(Locale.ROOT);
                String reply = "+OK\r\n";
                if (name.equals("HELLO")) {
                    reply = "*4\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:2\r\n";
                } else if (name.equals("SUBSCRIBE")) {
                    asked.countDown();
                    answer.await();
                    reply = news("subscribe", command.get(1), ++subscribed);
                } else if (name.equals("UNSUBSCRIBE")) {
                    subscribed = 0;
                    reply = news("unsubscribe", "all", subscribed);
                }
                socket.getOutputStream().write(reply.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // the client has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> read(BufferedReader in) throws IOException {
        List<String> parts = new ArrayList<>();
        String first = in.readLine();
        int count = first == null ? 0 : Integer.parseInt(first.substring(1));
        for (int i = 0; i < count; i++) {
            in.readLine();
            parts.add(String.valueOf(in.readLine()));
        }
        return parts;
    }

    private static String news(String kind, String channel, int count) {
        return "*3\r\n$" + kind.length() + "\r\n" + kind + "\r\n$" + channel.length() + "\r\n" + channel + "\r\n:"
                + count + "\r\n";
    }

    @Test
    void closedWhileItIsSubscribing_itsThreadAndConnectionEnd() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> serve(listening), threads);
            try (ResultServer server = ResultServer.of("redis://127.0.0.1:" + listening.getLocalPort() + "/0")) {
                Announcements announcements = new Announcements(server, "silence");
                announcements.listen("result");
                asked.await();

                announcements.close();
                answer.countDown();

                await().until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("sedano-client-results")));
            }
            assertThat(served).succeedsWithin(Duration.ofSeconds(20));
        } finally {
            threads.shutdown();
        }
    }
}
