package dev.sedano.examples.stage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/**
 * A server of JSON over HTTP that plays somebody else's system, in the story's own process: what it counts neither broker
 * nor store nor worker can falsify. Requests are answered by threads of its own, many at a time.
 */
public final class OutsideWorld implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads;

    private OutsideWorld(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /** A request: its path, one header by name (empty if missing), and its JSON body (a JSON null if there is none). */
    public interface Request {
        /** The path of the URL. */
        String path();

        /** A header, or empty text. */
        String header(String name);

        /** A parameter of the query, or empty text. */
        String parameter(String name);

        /** The body. */
        JsonNode body();
    }

    /**
     * An answer.
     *
     * @param status of HTTP
     * @param body written as JSON
     */
    public record Reply(int status, Object body) {}

    /** How requests are answered; called by many threads. */
    @FunctionalInterface
    public interface Service {
        /** Answers one request. An exception closes the connection without an answer. */
        Reply answer(Request request) throws Exception;
    }

    /** Starts a server on a free port of 127.0.0.1. */
    public static OutsideWorld start(Service service) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        AtomicInteger number = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "outside-world-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, service));
        server.start();
        return new OutsideWorld(server, threads);
    }

    private static void answer(HttpExchange exchange, Service service) throws IOException {
        try (exchange) {
            byte[] sent = exchange.getRequestBody().readAllBytes();
            Reply reply = service.answer(new Received(exchange, sent));
            byte[] body = Http.JSON.writeValueAsBytes(reply.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new UncheckedIOException(new IOException("no answer: " + e.getMessage(), e));
        }
    }

    private record Received(HttpExchange exchange, byte[] sent) implements Request {
        @Override
        public String path() {
            return exchange.getRequestURI().getPath();
        }

        @Override
        public String header(String name) {
            String value = exchange.getRequestHeaders().getFirst(name);
            return value == null ? "" : value;
        }

        @Override
        public String parameter(String name) {
            String query = exchange.getRequestURI().getQuery();
            if (query != null) {
                for (String pair : query.split("&", -1)) {
                    if (pair.startsWith(name + "=")) {
                        return pair.substring(name.length() + 1);
                    }
                }
            }
            return "";
        }

        @Override
        public JsonNode body() {
            return sent.length == 0 ? Http.JSON.nullNode() : Http.JSON.readTree(sent);
        }
    }

    /** {@code http://127.0.0.1:port}. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
