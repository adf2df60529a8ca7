package dev.sedano.worker.control;

import dev.sedano.worker.control.WorkerView.BrokerView;
import dev.sedano.worker.control.WorkerView.PoolView;
import dev.sedano.worker.event.LamportClock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** stats, conf, report, registered, active_queues, memsample and memdump: what a worker is. */
final class ReportCommands {

    private final WorkerView worker;
    private final LamportClock lamport;
    private final TaskLimits limits;

    private ReportCommands(WorkerView worker, LamportClock lamport, TaskLimits limits) {
        this.worker = worker;
        this.lamport = lamport;
        this.limits = limits;
    }

    static void addTo(Map<String, Command> commands, WorkerView worker, LamportClock lamport, TaskLimits limits) {
        ReportCommands reports = new ReportCommands(worker, lamport, limits);
        commands.put("stats", arguments -> reports.stats());
        commands.put("conf", arguments -> worker.settings());
        commands.put("dump_conf", arguments -> worker.settings());
        commands.put("report", arguments -> Command.ok(reports.report()));
        commands.put("registered", reports::registered);
        commands.put("dump_tasks", reports::registered);
        commands.put(
                "active_queues",
                arguments -> worker.queues().stream().map(QueueReport::of).toList());
        commands.put("memsample", arguments -> Memory.resident());
        commands.put("memdump", arguments -> Memory.describe());
        commands.put("objgraph", arguments -> {
            throw new CommandException(
                    "ImportError", "this worker runs on the JVM, where there is no objgraph: use jcmd or jmap");
        });
    }

    private Map<String, @Nullable Object> stats() {
        Map<String, @Nullable Object> stats = new LinkedHashMap<>();
        stats.put("total", worker.totals());
        stats.put("pid", ProcessHandle.current().pid());
        stats.put("clock", Long.toString(lamport.value()));
        stats.put("uptime", worker.uptimeSeconds());
        PoolView pool = worker.pool();
        stats.put("pool", pool(pool));
        if (pool.autoscale() != null) {
            stats.put(
                    "autoscaler",
                    Map.of(
                            "max", pool.autoscale().most(),
                            "min", pool.autoscale().least(),
                            "current", pool.size(),
                            "qty", pool.running()));
        }
        stats.put("broker", broker(worker.broker()));
        stats.put("prefetch_count", worker.prefetch());
        stats.put("rusage", Memory.usage());
        return stats;
    }

    private static Map<String, @Nullable Object> pool(PoolView view) {
        Map<String, @Nullable Object> pool = new LinkedHashMap<>();
        pool.put("implementation", "sedano:" + view.kind());
        pool.put("max-concurrency", view.size());
        pool.put("processes", List.of(ProcessHandle.current().pid()));
        pool.put("max-tasks-per-child", "N/A");
        pool.put("put-guarded-by-semaphore", false);
        pool.put("timeouts", List.of(orZero(view.soft()), orZero(view.hard())));
        pool.put(
                "writes",
                Map.of(
                        "total",
                        0,
                        "avg",
                        "0.00",
                        "all",
                        "",
                        "raw",
                        "",
                        "strategy",
                        "fair",
                        "inqueues",
                        Map.of("total", view.size(), "active", view.running())));
        return pool;
    }

    private static Number orZero(@Nullable Double seconds) {
        if (seconds == null) {
            return 0;
        }
        return seconds;
    }

    private static Map<String, @Nullable Object> broker(BrokerView view) {
        Map<String, @Nullable Object> broker = new LinkedHashMap<>();
        broker.put("hostname", view.host());
        broker.put("userid", view.user());
        broker.put("virtual_host", view.virtualHost());
        broker.put("port", view.port());
        broker.put("insist", false);
        broker.put("ssl", view.tls());
        broker.put("transport", "amqp");
        broker.put("connect_timeout", 5);
        broker.put("transport_options", Map.of());
        broker.put("login_method", "PLAIN");
        broker.put("uri_prefix", null);
        broker.put("heartbeat", 30.0);
        broker.put("failover_strategy", "round-robin");
        broker.put("alternates", view.alternates());
        broker.put("credential_provider", null);
        return broker;
    }

    private List<String> registered(Arguments arguments) {
        List<String> items = arguments.texts("taskinfoitems");
        return worker.taskNames().stream()
                .sorted()
                .map(name -> described(name, items.isEmpty() ? List.of("rate_limit") : items))
                .toList();
    }

    /** {@code name [item=value …]}, of the items that the task has. */
    private String described(String task, List<String> items) {
        String described = items.stream()
                .map(item -> switch (item) {
                    case "name" -> "name=" + task;
                    case "rate_limit" -> limits.rateOf(task) == null ? "" : "rate_limit=" + limits.rateOf(task);
                    default -> "";
                })
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(" "));
        return described.isEmpty() ? task : task + " [" + described + "]";
    }

    private String report() {
        return "\nsoftware -> " + worker.software() + "\nplatform -> system:" + System.getProperty("os.name") + " arch:"
                + System.getProperty("os.arch") + " java:" + System.getProperty("java.version") + "\n"
                + worker.settings().entrySet().stream()
                        .map(setting -> setting.getKey() + ": " + setting.getValue())
                        .collect(Collectors.joining("\n", "\n", "\n"));
    }
}
