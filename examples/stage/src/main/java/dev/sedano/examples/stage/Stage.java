package dev.sedano.examples.stage;

import dev.sedano.services.FreePorts;
import dev.sedano.services.ProvidedServices;
import dev.sedano.services.ServiceProvider;
import dev.sedano.services.ServiceRequest;
import dev.sedano.services.StoppableStore;
import dev.sedano.workbench.OrderlyEnd;
import dev.sedano.workbench.Project;
import dev.sedano.workbench.PythonEnvironment;
import dev.sedano.workbench.TemporaryFolder;
import dev.sedano.workbench.WorkbenchException;
import dev.sedano.workbench.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A broker and a store of the story's own on 127.0.0.1, and what the story starts besides. Closing it ends all of it, last
 * started first. Used by the story's thread.
 */
public final class Stage implements AutoCloseable {
    private static final String TEST_PYTHON = "SEDANO_TEST_PYTHON";

    private final String name;
    private final boolean install;
    private final Account account;
    private final Project project = Project.ofLauncher();
    private final OrderlyEnd end = new OrderlyEnd();
    private final Path folder;
    private final Path logs;
    private final ProvidedServices services;
    private @Nullable Path interpreter;

    private Stage(String name, boolean install, Account account) throws IOException {
        this.name = name;
        this.install = install;
        this.account = account;
        try {
            folder = end.add(TemporaryFolder.make("sedano-" + name + "-")).path();
            logs = Files.createDirectories(project.state().resolve("examples").resolve(name));
            account.say("Logs: %s", logs);
            services = end.add(new ServiceProvider(account::say, project.installLog())
                    .provide(new ServiceRequest(null, null, install, project.composeFile())));
        } catch (IOException | RuntimeException e) {
            end.close();
            throw e;
        }
    }

    static Stage open(String name, boolean install, Account account) throws IOException {
        return new Stage(name, install, account);
    }

    /** The broker's URL, as Celery takes it. */
    public String brokerUrl() {
        return services.brokerUrl();
    }

    /** The URL of the store that holds claims and results. */
    public String storeUrl() {
        return services.storeUrl();
    }

    /** The store, to stop and to restart it. */
    public StoppableStore store() {
        return services.ownStore().orElseThrow(() -> new IllegalStateException("a stage has a store of its own"));
    }

    /** A folder that is removed at the end. */
    public Path folder() {
        return folder;
    }

    /** A folder that stays, for what is costly to make, such as an unpacked server. */
    public Path kept(String what) {
        return project.state().resolve(what);
    }

    /** A file of the story's folder in {@code examples/}. */
    public Path file(String path) {
        return project.root().resolve("examples").resolve(name).resolve(path);
    }

    /** Ends {@code started} with the stage, and returns it. */
    public <T extends AutoCloseable> T add(T started) {
        return end.add(started);
    }

    /** A connection to the broker that looks at queues and sends messages. */
    public Broker broker() {
        return end.add(Broker.connect(brokerUrl()));
    }

    /**
     * Starts a Sedano worker and waits until it consumes.
     *
     * @param worker its name, also of its log
     * @param tasks a class with tasks
     * @param environment added to ours
     * @param options of {@code sedano worker}
     */
    public WorkerProcess worker(
            String worker, Class<?> tasks, String queue, Map<String, String> environment, String... options)
            throws IOException {
        List<String> all = new ArrayList<>(List.of("-A", tasks.getName(), "-Q", queue, "-n", worker + "@%h"));
        all.addAll(List.of(options));
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("SEDANO_BROKER_URL", brokerUrl());
        variables.put("SEDANO_RESULT_BACKEND", storeUrl());
        variables.put("XDG_STATE_HOME", folder.resolve(worker).toString());
        WorkerProcess process = end.add(WorkerProcess.start(all, variables, newLog(worker)));
        process.awaitReady();
        return process;
    }

    /**
     * Starts a Python program of the story's folder, whose first argument is a free port for it to listen on. {@code
     * BROKER} and {@code BACKEND} are in its environment.
     *
     * @throws WorkbenchException if there is no Python with the packages of the stories
     */
    public PythonProgram python(String script, Map<String, String> environment, String... arguments)
            throws IOException {
        int port = FreePorts.next();
        List<String> command =
                new ArrayList<>(List.of(interpreter().toString(), file(script).toString(), Integer.toString(port)));
        command.addAll(List.of(arguments));
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("BROKER", brokerUrl() + "//");
        variables.put("BACKEND", storeUrl());
        variables.put("PYTHONUNBUFFERED", "1");
        Path log = newLog(file(script).getFileName().toString());
        return end.add(PythonProgram.start(command, variables, log, port));
    }

    private Path newLog(String program) throws IOException {
        Path log = logs.resolve(program + ".log");
        Files.deleteIfExists(log);
        return log;
    }

    /** What a worker has logged by now. */
    public List<String> logged(String worker) throws IOException {
        return Files.readAllLines(logs.resolve(worker + ".log"));
    }

    private Path interpreter() {
        Path known = interpreter;
        if (known == null) {
            String given = System.getenv(TEST_PYTHON);
            known = given != null && !given.isBlank()
                    ? Path.of(given)
                    : new PythonEnvironment(project, account::say, null)
                            .provide(install)
                            .orElseThrow(() -> new WorkbenchException(
                                    "this story needs Python with venv: install python3-venv, or add --install"));
            interpreter = known;
        }
        return known;
    }

    @Override
    public void close() {
        end.close();
    }
}
