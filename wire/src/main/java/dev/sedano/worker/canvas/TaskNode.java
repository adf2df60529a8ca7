package dev.sedano.worker.canvas;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call of one task; {@code xmap} and {@code xstarmap} are calls of {@code celery.map} and {@code celery.starmap}. */
final class TaskNode extends Node {
    final String task;
    private final Map<String, @Nullable Object> kwargs;
    private final @Nullable String type;
    /** Whether it was made or cloned here: only the arguments of a signature that is as a message had it are a list. */
    private final boolean cloned;

    TaskNode(CallSignature given) {
        this(given, given.immutable());
    }

    TaskNode(CallSignature given, boolean immutable) {
        super(given.args(), given.options(), immutable);
        this.task = given.task();
        this.kwargs = new LinkedHashMap<>(given.kwargs());
        this.type = given.type();
        this.cloned = false;
    }

    private TaskNode(TaskNode of) {
        super(of.args, of.options, of.immutable);
        this.task = of.task;
        this.kwargs = new LinkedHashMap<>(of.kwargs);
        this.type = of.type;
        this.cloned = true;
    }

    @Override
    @Nullable
    String type() {
        return type;
    }

    @Override
    Node copy() {
        return new TaskNode(this);
    }

    @Override
    void fill(List<@Nullable Object> first, Map<String, @Nullable Object> more) {
        super.fill(first, more);
        if (!immutable) {
            kwargs.putAll(more);
        }
    }

    @Override
    ResultNode freeze(Dispatch dispatch, Place place) {
        freezeOptions(dispatch, place);
        return ResultNode.task(Objects.requireNonNull(text("task_id"), "task_id"));
    }

    @Override
    ResultNode apply(
            Dispatch dispatch,
            List<@Nullable Object> first,
            Map<String, @Nullable Object> more,
            Map<String, @Nullable Object> with) {
        Map<String, @Nullable Object> named = new LinkedHashMap<>(kwargs);
        if (!immutable) {
            named.putAll(more);
        }
        boolean tuple = cloned || !(immutable || first.isEmpty());
        return dispatch.send(task, argsAfter(first), tuple, named, merged(with));
    }

    @Override
    int parts() {
        return 1;
    }

    @Override
    Map<String, @Nullable Object> toMap() {
        return asMap(task, kwargs);
    }
}
