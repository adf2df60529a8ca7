package dev.sedano.worker.event;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells every two seconds that the worker lives (celery/worker/heartbeat.py). Thread-safe. */
public final class Heartbeat {
    private static final Duration EVERY = Duration.ofSeconds(2);
    /** What a heartbeat on demand announces, as Celery's. */
    private static final int ON_DEMAND = 5;

    private static final Path LOAD = Path.of("/proc/loadavg");

    private final EventSender sender;
    private final EventOutlet outlet;
    private final WorkerFigures figures;
    private final String version;
    private @Nullable Future<?> beat;

    /** @param version of this software */
    public Heartbeat(EventSender sender, EventOutlet outlet, WorkerFigures figures, String version) {
        this.sender = sender;
        this.outlet = outlet;
        this.figures = figures;
        this.version = version;
    }

    /** Beats from now on, on this timer. */
    public synchronized void start(ScheduledExecutorService timer) {
        beat = timer.scheduleAtFixedRate(this::beat, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void beat() {
        if (outlet.isConnected()) { // one that waits would tell of a life that may be over
            sender.worker("worker-heartbeat", fields());
        }
    }

    /** There is a connection. */
    public void online() {
        sender.worker("worker-online", fields());
    }

    /** One beat more, as asked for. */
    public void beatNow() {
        sender.worker("worker-heartbeat", software(new LinkedHashMap<>(Map.of("freq", ON_DEMAND))));
    }

    /** No more beats, the worker ends. */
    public synchronized void stop() {
        if (beat != null) {
            beat.cancel(false);
        }
        if (outlet.isConnected()) {
            sender.worker("worker-offline", fields());
        }
    }

    private Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("freq", EVERY.toMillis() / 1000.0);
        fields.put("active", figures.active());
        fields.put("processed", figures.processed());
        fields.put("loadavg", load());
        return software(fields);
    }

    private Map<String, Object> software(Map<String, Object> fields) {
        fields.put("sw_ident", "sedano");
        fields.put("sw_ver", version);
        fields.put("sw_sys", System.getProperty("os.name"));
        return fields;
    }

    private static List<Double> load() {
        try {
            return Stream.of(Files.readString(LOAD).split(" "))
                    .limit(3)
                    .map(Double::valueOf)
                    .toList();
        } catch (IOException | NumberFormatException e) {
            double one =
                    Math.max(0, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
            return List.of(one, one, one);
        }
    }
}
