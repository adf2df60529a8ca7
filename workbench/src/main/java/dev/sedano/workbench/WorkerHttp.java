package dev.sedano.workbench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** A worker's health and metrics. Thread-safe. */
public final class WorkerHttp {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private final String base;

    WorkerHttp(int port) {
        base = "http://127.0.0.1:" + port;
    }

    /** Where Prometheus would scrape. */
    public String metricsUrl() {
        return base + "/metrics";
    }

    /** Returns whether the worker says that it consumes and that its store is up; no answer is a no. */
    public boolean isReady() {
        return get("/health/ready").isPresent();
    }

    /** Returns the worker's figures of now, or empty if it does not answer. */
    public Optional<Metrics> metrics() {
        return get("/metrics").map(Metrics::parse);
    }

    private Optional<String> get(String path) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(LIMIT).build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
        } catch (IOException notThere) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
