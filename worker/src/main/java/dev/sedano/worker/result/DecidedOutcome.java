package dev.sedano.worker.result;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.IsoTimes;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records of outcomes that a person decided, in the form of {@link ResultEncoder}; group and parent are not known here.
 * Thread-safe.
 */
public final class DecidedOutcome {
    private final CeleryJson json;
    private final Clock clock;

    /** @param clock gives {@code date_done} */
    public DecidedOutcome(CeleryJson json, Clock clock) {
        this.json = json;
        this.clock = clock;
    }

    /**
     * The work was done and gave {@code value}.
     *
     * @throws dev.sedano.worker.protocol.EncodingException if the record would exceed 512 KiB
     */
    public ResultRecord success(String taskId, @Nullable Object value) {
        return record(taskId, ResultState.SUCCESS, value, null);
    }

    /** The work will not be done; callers get {@code dev.sedano.DecidedByOperator} with {@code text}. */
    public ResultRecord failure(String taskId, String text) {
        PythonError error = new PythonError("DecidedByOperator", List.of(text), "dev.sedano");
        return record(
                taskId,
                ResultState.FAILURE,
                error.fields(),
                "Traceback (most recent call last):\n" + error.line() + "\n");
    }

    private ResultRecord record(String taskId, ResultState state, @Nullable Object result, @Nullable String traceback) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("status", state.name());
        fields.put("result", result);
        fields.put("traceback", traceback);
        fields.put("children", List.of());
        fields.put("date_done", IsoTimes.format(clock.instant().atOffset(ZoneOffset.UTC)));
        fields.put("task_id", taskId);
        return new ResultRecord(state, json.encode(fields, ResultEncoder.LARGEST_RESULT_BYTES), null);
    }
}
