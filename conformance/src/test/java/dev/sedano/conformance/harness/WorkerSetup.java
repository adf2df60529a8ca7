package dev.sedano.conformance.harness;

import dev.sedano.services.OwnSession;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a {@link WorkerProcess} is to run; every method but {@link #start} and {@link #launch} returns this. Not thread-safe. */
public final class WorkerSetup {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Path APP = Path.of("target/test-classes").toAbsolutePath();
    private static final Path OWN_JAVA = Path.of(System.getProperty("java.home"));

    /** Made when the first worker starts. */
    private static final class Archive {
        private static final Optional<Path> FILE = ClassArchive.provide(classpath());
    }

    private final List<String> queues = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private final List<String> jvm =
            new ArrayList<>(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    private final Map<String, String> environment = new HashMap<>();
    private final Path folder;
    private String broker = "";
    private String backend = "";
    private @Nullable String store;
    private @Nullable String node;
    private int concurrency = 4;
    private Path java = OWN_JAVA;
    private boolean archive = true;

    /** A worker with a folder of its own, 4 handlers, and nothing to connect to yet. */
    public WorkerSetup() {
        folder = Path.of("target/workers", "worker-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet())
                .toAbsolutePath();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public WorkerSetup broker(String url) {
        broker = url;
        return this;
    }

    /** The result backend, and the marker store too if that is not given. */
    public WorkerSetup backend(String url) {
        backend = url;
        return this;
    }

    /** The marker store, if it is another than the result backend. */
    public WorkerSetup store(String url) {
        store = url;
        return this;
    }

    public WorkerSetup queues(String... names) {
        queues.addAll(Arrays.asList(names));
        return this;
    }

    public WorkerSetup concurrency(int handlers) {
        concurrency = handlers;
        return this;
    }

    /** Further options of the worker, e.g. {@code "--lease", "5s"}. */
    public WorkerSetup options(String... more) {
        options.addAll(Arrays.asList(more));
        return this;
    }

    /** Further options of its JVM. */
    public WorkerSetup jvm(String... more) {
        jvm.addAll(Arrays.asList(more));
        return this;
    }

    /** The JDK to run it with; default the one that runs the tests. */
    public WorkerSetup javaHome(Path home) {
        java = home;
        return this;
    }

    /** With its classes read from their jars one by one, as users run it. */
    WorkerSetup withoutArchive() {
        archive = false;
        return this;
    }

    /** The file that {@link LedgerTasks} write to. */
    public WorkerSetup ledger(Ledger ledger) {
        environment.put(Ledger.VARIABLE, ledger.file().toString());
        return this;
    }

    public WorkerSetup environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Its node name; default one of its own. */
    public WorkerSetup node(String name) {
        node = name;
        return this;
    }

    private String node() {
        return node == null ? folder.getFileName() + "@%h" : node;
    }

    /** Starts the worker and waits until it consumes. */
    public WorkerProcess start() {
        return launch().awaitReady();
    }

    /** Starts the worker and returns at once. */
    public WorkerProcess launch() {
        return WorkerProcess.launch(this);
    }

    Path folder() {
        return folder;
    }

    List<String> queues() {
        return List.copyOf(queues);
    }

    Map<String, String> environment() {
        return environment;
    }

    List<String> command(int httpPort) {
        List<String> command = new ArrayList<>();
        command.add(java.resolve("bin/java").toString());
        command.addAll(jvm);
        if (archive && java.equals(OWN_JAVA)) {
            Archive.FILE.ifPresent(file -> command.add("-XX:SharedArchiveFile=" + file));
        }
        command.addAll(List.of("-cp", classpath(), "dev.sedano.worker.cli.Main", "worker"));
        command.addAll(List.of("-A", APP.toString(), "-b", broker, "--result-backend", backend));
        if (store != null) {
            command.addAll(List.of("--idempotency-store", store));
        }
        command.addAll(List.of("-Q", String.join(",", queues), "-c", Integer.toString(concurrency)));
        command.addAll(List.of("-n", node(), "--http", "127.0.0.1:" + httpPort));
        if (!options.contains("--state-dir")) {
            command.addAll(List.of("--state-dir", folder.resolve("state").toString()));
        }
        command.addAll(options);
        return OwnSession.command(command);
    }

    /** Without the tests' own classes: the worker gets those as its application. */
    private static String classpath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).toAbsolutePath().equals(APP))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
