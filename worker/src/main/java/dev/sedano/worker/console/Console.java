package dev.sedano.worker.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /metrics} for Prometheus, {@code /health/live} and {@code /health/ready} for an orchestrator. Read-only. Owns
 * the thread {@code sedano-console}.
 */
public final class Console implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);

    private final HttpServer server;
    private final ExecutorService executor;

    /** An answer: 200 when good, 503 when not, and one line that says why. */
    public record Health(boolean good, String text) {}

    private Console(HttpServer server, ExecutorService executor) {
        this.server = server;
        this.executor = executor;
    }

    /**
     * Opens the port.
     *
     * @throws IOException if the address cannot be bound
     */
    public static Console open(InetSocketAddress address, Supplier<String> metrics, Supplier<Health> ready)
            throws IOException {
        HttpServer server = HttpServer.create(address, 16);
        ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "sedano-console");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(executor);
        server.createContext(
                "/metrics", exchange -> respond(exchange, 200, metrics.get(), "text/plain; version=0.0.4"));
        server.createContext("/health/live", exchange -> respond(exchange, 200, "live\n", "text/plain"));
        server.createContext("/health/ready", exchange -> {
            Health health = ready.get();
            respond(exchange, health.good() ? 200 : 503, health.text() + "\n", "text/plain");
        });
        server.createContext(
                "/",
                exchange ->
                        respond(exchange, 404, "there is /metrics, /health/live and /health/ready\n", "text/plain"));
        server.start();
        return new Console(server, executor);
    }

    /** The address in use, with the port that was chosen if 0 was asked for. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private static void respond(HttpExchange exchange, int status, String text, String type) {
        try (exchange) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        } catch (IOException e) {
            LOG.debug("the reader of {} went away", exchange.getRequestURI(), e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
