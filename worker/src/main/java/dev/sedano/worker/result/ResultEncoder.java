package dev.sedano.worker.result;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.EncodingException;
import dev.sedano.worker.protocol.IsoTimes;
import dev.sedano.worker.protocol.ResultForm;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Encodes outcomes as Celery's key-value result backends store them (celery/backends/base.py, {@code
 * _get_result_meta}): status, result, traceback, children, date_done, group_id and parent_id if set, task_id.
 * Thread-safe.
 */
public final class ResultEncoder {
    /** More is not stored; the caller gets FAILURE ResultTooLarge. */
    static final int LARGEST_RESULT_BYTES = 512 * 1024;

    private static final int LONGEST_REASON = 1_000;
    private static final String RETRY_WITHOUT_REASON = "celery.exceptions.Retry: no reason given\n";
    private static final String CELERY = "celery.exceptions";

    private final CeleryJson json;
    private final ExceptionEncoding exceptions;
    private final Clock clock;
    private final ResultForm form;
    /** The worker's name in extended records; null = records are not extended. */
    private final @Nullable String extendedBy;

    /** Of results in JSON. */
    public ResultEncoder(CeleryJson json, ExceptionEncoding exceptions, Clock clock) {
        this(json, exceptions, clock, ResultForm.ofJson(json));
    }

    /**
     * An encoder.
     *
     * @param clock gives {@code date_done}
     * @param form what readers get; values without such a form become failures
     */
    public ResultEncoder(CeleryJson json, ExceptionEncoding exceptions, Clock clock, ResultForm form) {
        this(json, exceptions, clock, form, null);
    }

    private ResultEncoder(
            CeleryJson json, ExceptionEncoding exceptions, Clock clock, ResultForm form, @Nullable String extendedBy) {
        this.json = json;
        this.exceptions = exceptions;
        this.clock = clock;
        this.form = form;
        this.extendedBy = extendedBy;
    }

    /**
     * The same with Celery's extended fields in every record: name, args, kwargs, worker, retries, queue and stamps.
     *
     * @param node the worker's name
     */
    public ResultEncoder extended(String node) {
        return new ResultEncoder(json, exceptions, clock, form, node);
    }

    /** How results look in the backend. */
    public ResultForm form() {
        return form;
    }

    /**
     * The handler returned {@code value}. FAILURE with {@code kombu.exceptions.EncodeError} if it has no JSON form, or
     * with {@code ResultTooLarge} if the record would exceed 512 KiB.
     */
    public ResultRecord success(TaskMessage message, @Nullable Object value) {
        return success(message, value, List.of());
    }

    /**
     * As above.
     *
     * @param children result tuples of what the task published
     */
    public ResultRecord success(TaskMessage message, @Nullable Object value, List<@Nullable Object> children) {
        try {
            Map<String, @Nullable Object> fields = fields(message, ResultState.SUCCESS, value, null, children);
            byte[] bytes = json.encode(fields, LARGEST_RESULT_BYTES);
            form.check(fields, LARGEST_RESULT_BYTES);
            return new ResultRecord(ResultState.SUCCESS, bytes, null);
        } catch (EncodingException e) {
            if (e.tooLarge() && extendedBy != null) {
                // Rather a result without its arguments than none.
                return new ResultEncoder(json, exceptions, clock, form).success(message, value, children);
            }
            String problem = "the result is " + e.getMessage();
            return e.tooLarge()
                    ? failure(message, new PythonError("ResultTooLarge", List.of(problem), "dev.sedano"), problem)
                    : failure(message, new PythonError("EncodeError", List.of(problem), "kombu.exceptions"), problem);
        }
    }

    /** The handler threw {@code exception}. */
    public ResultRecord failure(TaskMessage message, Throwable exception) {
        return record(
                message,
                ResultState.FAILURE,
                exceptions.encode(exception),
                new Traceback(exceptions).of(exception),
                null);
    }

    /**
     * The handler asked for another attempt. There is always a traceback, as with Celery, where the retry has its own.
     *
     * @param cause why; null = it did not say
     */
    public ResultRecord retry(TaskMessage message, @Nullable Throwable cause) {
        Map<String, @Nullable Object> fields = fields(
                message,
                ResultState.RETRY,
                cause == null ? null : exceptions.encode(cause).fields(),
                cause == null ? RETRY_WITHOUT_REASON : new Traceback(exceptions).of(cause),
                Arrays.asList((Object) Arrays.asList(Arrays.asList(message.id(), null), null)));
        fields.put("date_done", null);
        return new ResultRecord(ResultState.RETRY, bounded(fields), null);
    }

    /** The handler refused its message. */
    public ResultRecord rejected(TaskMessage message, String reason) {
        return record(
                message,
                ResultState.FAILURE,
                new PythonError("Reject", Arrays.asList(reason, false), CELERY),
                null,
                null);
    }

    /**
     * A state that is no outcome, as the handler names it.
     *
     * @param meta what the caller sees as {@code info}
     * @throws IllegalArgumentException if {@code meta} has no wire form or is too large
     */
    public byte[] state(TaskMessage message, String state, @Nullable Object meta) {
        Map<String, @Nullable Object> fields = fields(message, ResultState.RETRY, meta, null, List.of());
        fields.put("status", state);
        fields.put("date_done", null);
        try {
            return extendedBy == null ? json.encode(fields, LARGEST_RESULT_BYTES) : brief(fields);
        } catch (EncodingException e) {
            throw new IllegalArgumentException("the meta of state " + state + " is " + e.getMessage(), e);
        }
    }

    /**
     * The task was not run, for which Celery stores a built-in exception of Python.
     *
     * @param argument what the exception says; long ones are cut
     * @param why for people, in the traceback
     */
    public ResultRecord failure(TaskMessage message, String exception, String argument, String why) {
        PythonError error = new PythonError(exception, List.of(cut(argument)), "builtins");
        return record(message, ResultState.FAILURE, error, error.line() + " (" + cut(why) + ")\n", null);
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON) + "...";
    }

    /** The task's workers died {@code crashes} times while they ran it, and it is not run again. */
    public ResultRecord workerLost(TaskMessage message, int crashes) {
        PythonError error = new PythonError(
                "WorkerLostError",
                List.of("the worker died " + crashes + " times while it ran this task; it is parked"),
                "billiard.exceptions");
        return record(message, ResultState.FAILURE, error, null, null);
    }

    /**
     * The body of a chord whose header failed.
     *
     * @param error the failed part's stored exception
     * @param children result tuples of its errbacks
     */
    public ResultRecord chordError(
            TaskMessage body, String failedId, @Nullable Object error, List<@Nullable Object> children) {
        return chordError(body, "Dependency " + failedId + " raised " + PythonRepr.ofException(error), children);
    }

    /**
     * What a chord's body fails with if its header's results cannot be read.
     *
     * @param problem what is wrong with them
     */
    public static String joinError(String problem) {
        return "Join error: " + PythonRepr.ofException(failure("DecodeError", problem));
    }

    /**
     * What a chord's body fails with if it cannot be sent.
     *
     * @param problem what is wrong with it
     */
    public static String callbackError(String problem) {
        return "Callback error: " + PythonRepr.ofException(failure("OperationalError", problem));
    }

    private static Object failure(String kombus, String problem) {
        return new PythonError(kombus, List.of(problem), "kombu.exceptions").fields();
    }

    /**
     * The body of a chord that is not called.
     *
     * @param text what its caller reads
     * @param children result tuples of its errbacks
     */
    public ResultRecord chordError(TaskMessage body, String text, List<@Nullable Object> children) {
        PythonError chordError = new PythonError("ChordError", List.of(text), CELERY);
        Map<String, @Nullable Object> fields = fields(body, ResultState.FAILURE, chordError.fields(), null, children);
        return new ResultRecord(ResultState.FAILURE, bounded(fields), null);
    }

    /** A failure that is stored elsewhere, for another task that will never run. */
    public ResultRecord failureAs(TaskMessage message, @Nullable Object error) {
        return new ResultRecord(
                ResultState.FAILURE, bounded(fields(message, ResultState.FAILURE, error, null, List.of())), null);
    }

    /**
     * A task that will never run, as what came before it failed: the failure under its own name and arguments
     * (celery/backends/base.py, {@code _fail_chain}). No worker had it.
     *
     * @param error the failure as the stored record tells it
     * @param traceback as the stored record tells it
     */
    public ResultRecord never(TaskMessage message, @Nullable Object error, @Nullable String traceback) {
        Map<String, @Nullable Object> fields = fields(message, ResultState.FAILURE, error, traceback, List.of());
        fields.replace("worker", null);
        fields.replace("queue", null);
        return new ResultRecord(ResultState.FAILURE, bounded(fields), null);
    }

    /** The task was not run since its {@code expires} is past. */
    public ResultRecord expired(TaskMessage message) {
        return revoked(message, "expired");
    }

    /**
     * The task was not run.
     *
     * @param why {@code expired}, {@code revoked} or {@code terminated}, as Celery says it
     */
    public ResultRecord revoked(TaskMessage message, String why) {
        return record(
                message, ResultState.REVOKED, new PythonError("TaskRevokedError", List.of(why), CELERY), null, null);
    }

    /** No handler has the task's name. */
    public ResultRecord notRegistered(TaskMessage message) {
        return notRegistered(message, message.task());
    }

    /** No handler has the name {@code task}, which the message needs. */
    public ResultRecord notRegistered(TaskMessage message, String task) {
        PythonError error = new PythonError("NotRegistered", List.of(task), CELERY);
        return record(message, ResultState.FAILURE, error, null, null);
    }

    /** The message's idempotency key is in use with other arguments. */
    public ResultRecord conflict(TaskMessage message) {
        PythonError error = new PythonError(
                "IdempotencyConflict", List.of("the idempotency key is in use with other arguments"), "dev.sedano");
        return record(message, ResultState.FAILURE, error, null, null);
    }

    /** Something else writes where the record of the message's key should be. */
    public ResultRecord unclaimable(TaskMessage message) {
        PythonError error = new PythonError(
                "IdempotencyKeyOccupied",
                List.of("the idempotency store holds foreign data where this key's record belongs"),
                "dev.sedano");
        return record(message, ResultState.FAILURE, error, null, null);
    }

    private ResultRecord failure(TaskMessage message, PythonError error, String problem) {
        return record(
                message,
                ResultState.FAILURE,
                error,
                "Traceback (most recent call last):\n" + error.line() + "\n",
                problem);
    }

    private ResultRecord record(
            TaskMessage message,
            ResultState state,
            PythonError error,
            @Nullable String traceback,
            @Nullable String problem) {
        return new ResultRecord(state, bounded(fields(message, state, error.fields(), traceback, List.of())), problem);
    }

    private Map<String, @Nullable Object> fields(
            TaskMessage message,
            ResultState state,
            @Nullable Object result,
            @Nullable String traceback,
            List<@Nullable Object> children) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("status", state.name());
        fields.put("result", result);
        fields.put("traceback", traceback);
        fields.put("children", children);
        fields.put("date_done", dateDone());
        if (message.group() != null) {
            fields.put("group_id", message.group());
        }
        if (message.parentId() != null) {
            fields.put("parent_id", message.parentId());
        }
        if (extendedBy != null) {
            extend(fields, message, extendedBy);
        }
        fields.put("task_id", message.id());
        return fields;
    }

    /** Celery's {@code result_extended}. */
    private static void extend(Map<String, @Nullable Object> fields, TaskMessage message, String worker) {
        TaskMessage.Envelope envelope = message.envelope();
        fields.put("name", message.task());
        fields.put("args", message.args());
        fields.put("kwargs", message.kwargs());
        fields.put("worker", worker);
        fields.put("retries", message.retries());
        fields.put("queue", envelope.routingKey());
        if (!envelope.stampedHeaders().isEmpty()) {
            fields.put("stamped_headers", envelope.stampedHeaders());
            envelope.stampedHeaders()
                    .forEach(name -> fields.put(name, envelope.stamps().get(name)));
        }
    }

    /** Of at most 512 KiB, as results are: rather an outcome without its arguments, or with another error, than none. */
    private byte[] bounded(Map<String, @Nullable Object> fields) {
        try {
            return brief(fields);
        } catch (EncodingException e) {
            if (!e.tooLarge()) {
                throw e;
            }
            PythonError error = new PythonError(
                    "ResultTooLarge",
                    List.of("the error of this " + fields.get("status") + " is " + e.getMessage()),
                    "dev.sedano");
            fields.put("result", error.fields());
            fields.put("traceback", null);
            fields.put("children", List.of());
            return json.encode(fields);
        }
    }

    /** The record, without the task's arguments if they make it too large or readers cannot have them. */
    private byte[] brief(Map<String, @Nullable Object> fields) {
        if (extendedBy != null) {
            try {
                byte[] whole = json.encode(fields, LARGEST_RESULT_BYTES);
                form.check(fields, LARGEST_RESULT_BYTES);
                return whole;
            } catch (EncodingException e) {
                fields.put("args", null);
                fields.put("kwargs", null);
            }
        }
        return json.encode(fields, LARGEST_RESULT_BYTES);
    }

    private String dateDone() {
        return IsoTimes.format(clock.instant().atOffset(ZoneOffset.UTC));
    }
}
