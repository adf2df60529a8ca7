package dev.sedano.conformance.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts workers for a test class, and checks the {@link Invariants} of all of them after each test. Register it as a
 * static field with {@code @RegisterExtension}. Workers and publishers made before the first test serve the whole class;
 * those made by a test end with it. The log folders of workers stay when a test of the class fails.
 */
public final class Harness implements BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private static final int LINES_SHOWN = 40;

    private final List<WorkerProcess> classWorkers = new ArrayList<>();
    private final List<WorkerProcess> testWorkers = new ArrayList<>();
    private final List<AutoCloseable> ownedByTest = new ArrayList<>();
    private final Set<String> mayHold = new HashSet<>();
    private Ledger ledger = Ledger.create();
    private final TestBroker broker;
    private @Nullable CeleryPublisher publisher;
    private boolean inTest;
    private boolean failed;

    /** With the shared broker. */
    public Harness() {
        this(TestBroker.shared());
    }

    /** With a broker of its own, which the caller closes. */
    public Harness(TestBroker broker) {
        this.broker = broker;
    }

    public TestBroker broker() {
        return broker;
    }

    /** The ledger of all workers of this class that are not given another. */
    public Ledger ledger() {
        return ledger;
    }

    /** A queue name that nobody used. */
    public String queue() {
        return "q-" + UUID.randomUUID();
    }

    /** A setup with the broker, the shared store, the ledger and {@code queues}; pass it to {@link #start}. */
    public WorkerSetup worker(String... queues) {
        return new WorkerSetup()
                .broker(broker.url())
                .backend(TestStore.shared().url(0))
                .ledger(ledger)
                .queues(queues);
    }

    /** Starts a worker, waits until it consumes, and watches over it. */
    public WorkerProcess start(WorkerSetup setup) {
        return watch(setup.launch()).awaitReady();
    }

    /** Starts workers together, waits until they consume, and watches over them. */
    public List<WorkerProcess> startAll(WorkerSetup... setups) {
        List<WorkerProcess> started =
                Stream.of(setups).map(setup -> watch(setup.launch())).toList();
        started.forEach(WorkerProcess::awaitReady);
        return started;
    }

    /** Watches over a worker that was started elsewhere. */
    public WorkerProcess watch(WorkerProcess worker) {
        (inTest ? testWorkers : classWorkers).add(worker);
        return worker;
    }

    /** Closes this when the test ends, after its workers. */
    public <T extends AutoCloseable> T own(T resource) {
        ownedByTest.add(resource);
        return resource;
    }

    /** The publisher of this class. */
    public CeleryPublisher publisher() {
        CeleryPublisher open = publisher;
        if (open == null) {
            open = new CeleryPublisher(broker);
            publisher = open;
        }
        return open;
    }

    /** Closes all connections to the broker, which is a private one; the publisher gets a new one. */
    public void closeConnections() {
        broker.closeConnections();
        if (publisher != null) {
            publisher.close();
            publisher = null;
        }
    }

    /** Says that this queue need not be empty at the end of the test. */
    public void mayHold(String queue) {
        mayHold.add(queue);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        inTest = true;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            if (context.getExecutionException().isPresent()) {
                failed = true;
            } else {
                check();
            }
        } catch (Throwable e) {
            failed = true;
            throw e;
        } finally {
            inTest = false;
            mayHold.clear();
            testWorkers.forEach(WorkerProcess::close);
            discard(testWorkers);
            for (AutoCloseable resource : ownedByTest) {
                resource.close();
            }
            ownedByTest.clear();
        }
    }

    private void check() {
        for (WorkerProcess worker : classWorkers) {
            Invariants.check(worker);
        }
        for (WorkerProcess worker : testWorkers) {
            Invariants.check(worker);
        }
        Stream.concat(classWorkers.stream(), testWorkers.stream())
                .flatMap(worker -> worker.queues().stream())
                .distinct()
                .filter(queue -> !mayHold.contains(queue))
                .forEach(queue -> Invariants.checkEmpty(publisher(), queue));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        classWorkers.forEach(WorkerProcess::close);
        discard(classWorkers);
        if (publisher != null) {
            publisher.close();
            publisher = null; // the class may be run once more
        }
        ledger = Ledger.create();
        failed = false;
    }

    private void discard(List<WorkerProcess> workers) {
        if (failed) {
            workers.forEach(worker -> System.out.println("log kept: " + worker.folder()));
            // Where only the output of the tests is kept, it must say what they were at: the first, which others may
            // have followed, and the last.
            IntStream.of(0, workers.size() - 2, workers.size() - 1)
                    .filter(index -> index >= 0 && index < workers.size())
                    .distinct()
                    .mapToObj(workers::get)
                    .forEach(worker -> System.out.println(
                            "end of the log in " + worker.folder() + ":\n" + worker.endOfLog(LINES_SHOWN)));
        } else {
            workers.forEach(worker -> delete(worker.folder()));
        }
        workers.clear();
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
