package dev.sedano.client;

import dev.sedano.task.client.ResultsException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where results are. Safe for use by many threads; methods throw {@link ResultsException} if it does not answer. */
interface Backend extends AutoCloseable {
    /** To be called before a message is sent whose result may be asked for. */
    void expect();

    /** Refuses what its callers can never get from here, before anything is sent. */
    void checkChords();

    /** What it holds of the task now; PENDING if nothing. */
    TaskRecord read(String taskId);

    /**
     * The record of the task once it is final, or what there was at the end of {@code within}.
     *
     * @param within not negative; zero = look once
     */
    TaskRecord await(String taskId, Duration within) throws InterruptedException;

    void forget(String taskId);

    /**
     * Says how many parts a chord waits for.
     *
     * @param savedGroup the header's structure, as Celery stores it; null if all members are tasks
     */
    void beginChord(String group, int size, byte @Nullable [] savedGroup);

    void saveGroup(String group, List<@Nullable Object> tuple);

    /** The tuple of a saved group, or null. */
    @Nullable
    List<?> savedGroup(String group);

    void forgetGroup(String group);

    @Override
    void close();
}
