package dev.sedano.conformance.suite;

import static dev.sedano.conformance.suite.PlainTasks.PREFIX;

import dev.sedano.task.Canvas;
import dev.sedano.task.Default;
import dev.sedano.task.Signature;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tasks that give their place to others. */
@SuppressWarnings("DoNotCallSuggester") // tasks are called by the worker, and some only hand over
final class CanvasTasks {
    private final RedisTasks redis;

    CanvasTasks(RedisTasks redis) {
        this.redis = redis;
    }

    private static Signature call(String task, @Nullable Object... args) {
        return Signature.of(PREFIX + task, args);
    }

    private static Signature only(Signature signature) {
        return new Signature(signature.task(), signature.args(), signature.kwargs(), signature.options(), true);
    }

    private static Signature echo(@Nullable Object message) {
        return message == null ? call("redis_echo") : only(call("redis_echo", message));
    }

    @Task(PREFIX + "fail_replaced")
    void failReplaced(TaskContext context, Object... args) {
        throw context.replace(only(call("fail", args)));
    }

    @Task(PREFIX + "add_replaced")
    void addReplaced(TaskContext context, Object x, Object y) {
        throw context.replace(call("add", x, y));
    }

    @Task(PREFIX + "add_replaced_with_chain")
    void addReplacedWithChain(TaskContext context, Object x, Object y) {
        throw context.replace(Canvas.chain(call("add", x, y), call("identity")));
    }

    @Task(PREFIX + "replace_with_empty_chain")
    void replaceWithEmptyChain(TaskContext context, Object... ignored) {
        throw context.replace(Canvas.chain());
    }

    @Task(PREFIX + "replace_with_chain_which_contains_a_group")
    void replaceWithChainWithGroup(TaskContext context) {
        throw context.replace(Canvas.chain(call("add", 1, 2), Canvas.group(call("add", 1), call("add", 1))));
    }

    @Task(PREFIX + "add_to_all")
    void addToAll(TaskContext context, List<Object> nums, Object val) {
        throw context.replace(adding(nums, val));
    }

    @Task(PREFIX + "add_to_all_to_chord")
    int addToAllToChord(TaskContext context, List<Object> nums, Object val) {
        nums.forEach(each -> context.addToChord(call("add", each, val)));
        return 0;
    }

    @Task(PREFIX + "add_chord_to_chord")
    int addChordToChord(TaskContext context, List<Object> nums, Object val) {
        context.addToChord(Canvas.chord(adding(nums, val), call("tsum")));
        return 0;
    }

    private static Canvas.Group adding(List<Object> nums, Object val) {
        return Canvas.group(nums.stream().map(each -> call("add", each, val)).toList());
    }

    @Task(PREFIX + "record_replaced_task_nesting")
    List<Object> recordNesting(TaskContext context, int replacements, @Nullable @Default("null") List<Object> nesting) {
        List<Object> depths = new ArrayList<>(nesting == null ? List.of() : nesting);
        depths.add(context.request().replacedTaskNesting());
        if (replacements > 0) {
            throw context.replace(call("record_replaced_task_nesting", replacements - 1, depths));
        }
        return depths;
    }

    @Task(PREFIX + "second_order_replace1")
    void secondOrder1(TaskContext context, @Default("false") boolean state) {
        if (state) {
            redis.push("redis-echo", "Out A");
            return;
        }
        redis.push("redis-echo", "In A");
        throw context.replace(
                Canvas.chain(only(call("second_order_replace2")), only(call("second_order_replace1", true))));
    }

    @Task(PREFIX + "second_order_replace2")
    void secondOrder2(TaskContext context, @Default("false") boolean state) {
        if (state) {
            redis.push("redis-echo", "Out B");
            return;
        }
        redis.push("redis-echo", "In B");
        throw context.replace(
                Canvas.chain(only(call("redis_echo", "In/Out C")), only(call("second_order_replace2", true))));
    }

    @Task(PREFIX + "replace_with_stamped_task")
    void replaceWithStampedTask(TaskContext context, @Nullable @Default("null") Map<String, Object> replace_with) {
        Signature with = replace_with == null ? call("replaced_with_me") : Signatures.plain(replace_with);
        List<Object> names = new ArrayList<>(context.request().stampedHeaders());
        Map<String, @Nullable Object> options = new LinkedHashMap<>(with.options());
        options.putAll(context.request().stamps());
        names.add("StampOnReplace");
        options.put("StampOnReplace", "This is the replaced task");
        options.put("stamped_headers", names);
        throw context.replace(new Signature(with.task(), with.args(), with.kwargs(), options, with.immutable()));
    }

    /** {@code *args} before a keyword argument has no form in Java: these two read their call themselves. */
    void register(TaskRegistry registry) {
        registry.addMethods(this)
                .add(PREFIX + "replace_with_chain", (context, call) -> {
                    Canvas.Chain chain =
                            Canvas.chain(call("identity", call.args().toArray()), call("identity"));
                    throw context.replace(chain.link(echo(call.kwargs().get("link_msg"))));
                })
                .add(PREFIX + "replace_with_chain_which_raises", (context, call) -> {
                    Canvas.Chain chain =
                            Canvas.chain(call("identity", call.args().toArray()), call("raise_error"));
                    throw context.replace(chain.onError(echo(call.kwargs().get("link_msg"))));
                });
    }
}
