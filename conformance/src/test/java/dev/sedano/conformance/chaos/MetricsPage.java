package dev.sedano.conformance.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;

/** A worker's {@code /metrics}, read anew at each question. */
public final class MetricsPage {
    private static final int PATIENCE_MILLIS = 2_000;

    private final URI address;

    public MetricsPage(int port) {
        this.address = URI.create("http://127.0.0.1:" + port + "/metrics");
    }

    /** The sum of all series of {@code name} whose tags contain every one of {@code tags}, e.g. {@code reason="x"}. */
    public double sum(String name, String... tags) {
        return page().lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> java.util.Arrays.stream(tags).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** The whole page; empty while nobody answers. */
    String page() {
        try {
            URLConnection connection = address.toURL().openConnection();
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            try (InputStream body = connection.getInputStream()) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (ConnectException notYet) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
