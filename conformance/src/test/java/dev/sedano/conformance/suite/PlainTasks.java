package dev.sedano.conformance.suite;

import dev.sedano.task.Default;
import dev.sedano.task.PythonException;
import dev.sedano.task.RejectException;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arithmetic, and the ways to fail. */
@SuppressWarnings("DoNotCallSuggester") // tasks are called by the worker, and to fail is what some are for
class PlainTasks {
    static final String PREFIX = "t.integration.tasks.";

    @Task(PREFIX + "identity")
    @Nullable
    Object identity(@Nullable @Default("null") Object x) {
        return x;
    }

    @Task(PREFIX + "add")
    Object add(Object x, Object y, @Nullable @Default("null") Object z) {
        Object sum = PythonValues.plus(x, y);
        return PythonValues.truth(z) ? PythonValues.plus(sum, z) : sum;
    }

    @Task(PREFIX + "add_not_typed")
    Object addNotTyped(Object x, Object y) {
        return PythonValues.plus(x, y);
    }

    @Task(PREFIX + "add_with_result")
    Object addWithResult(Object x, Object y) {
        return PythonValues.plus(x, y);
    }

    @Task(PREFIX + "mul")
    Object mul(Number x, Number y) {
        return PythonValues.times(x, y);
    }

    @Task(PREFIX + "tsum")
    Object tsum(List<Object> nums) {
        return PythonValues.sum(nums);
    }

    @Task(PREFIX + "xsum")
    Object xsum(List<Object> nums) {
        return PythonValues.sum(nums.stream()
                .map(each -> each instanceof List<?> inner ? PythonValues.sum(inner) : each)
                .toList());
    }

    @Task(PREFIX + "return_exception")
    List<Object> returnException(Object e) {
        return List.of(e, true);
    }

    @Task(PREFIX + "replaced_with_me")
    boolean replacedWithMe() {
        return true;
    }

    @Task(PREFIX + "add_pydantic")
    Map<String, Object> addPydantic(Map<String, Number> data) {
        Number x = data.get("x");
        Number y = data.get("y");
        if (x == null || y == null) {
            throw new PythonException("pydantic_core._pydantic_core", "ValidationError", "x and y are needed");
        }
        return Map.of("result", PythonValues.plus(x, y));
    }

    @Task(PREFIX + "add_pydantic_string_annotations")
    Map<String, Object> addPydanticStringAnnotations(Map<String, Number> data) {
        return addPydantic(data);
    }

    @Task(PREFIX + "print_unicode")
    void printUnicode(
            TaskContext context,
            @Default("\"hå它 valmuefrø\"") Object logMessage,
            @Default("\"hiöäüß\"") Object printMessage) {
        context.logger().log(System.Logger.Level.WARNING, String.valueOf(logMessage));
        System.out.println(printMessage);
    }

    @Task(PREFIX + "write_to_file_and_return_int")
    int writeToFile(String file_name, int i) throws IOException {
        Files.writeString(Path.of(file_name), i + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return i;
    }

    @Task(PREFIX + "raise_error")
    void raiseError(Object... args) {
        throw new PythonException("builtins", "ValueError", "deliberate error");
    }

    @Task(PREFIX + "fail")
    void fail(Object... args) {
        throw expected(args);
    }

    static PythonException expected(@Nullable Object... more) {
        List<@Nullable Object> args = new ArrayList<>();
        args.add("Task expected to fail");
        args.addAll(Arrays.asList(more));
        return new PythonException("t.integration.tasks", "ExpectedException", args.toArray());
    }

    @Task(PREFIX + "fail_unpickleable")
    void failUnpickleable(Object foo, Object bar) {
        throw unpickleable(foo);
    }

    static PythonException unpickleable(Object foo) {
        return new PythonException(
                "celery.utils.serialization",
                "UnpickleableExceptionWrapper",
                "t.integration.tasks",
                "UnpickleableException",
                List.of(foo),
                "UnpickleableException('" + foo + "')");
    }

    @Task(PREFIX + "reject_without_requeue")
    void rejectWithoutRequeue() {
        throw new RejectException("rejected", false);
    }

    @Task(PREFIX + "reject_then_succeed")
    String rejectThenSucceed(TaskContext context) {
        if (!context.request().redelivered()) {
            throw new RejectException("first pass", true);
        }
        return "second-pass";
    }

    @Task(PREFIX + "soft_time_limit_must_exceed_time_limit")
    void softTimeLimitMustExceedTimeLimit() {
        // The client refuses to send it.
    }
}
