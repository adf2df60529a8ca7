package dev.sedano.task;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call that is not made yet, as Celery's signatures: the task's name, its arguments and how it is to be sent. Immutable
 * as far as its values are.
 *
 * @param task the task's name
 * @param args positional arguments
 * @param kwargs keyword arguments
 * @param options how to send it, by Celery's names: {@code task_id}, {@code queue}, {@code countdown}, {@code priority},
 *     {@code headers} and so on
 * @param immutable whether it takes no result of the task before it
 */
public record Signature(
        String task,
        List<@Nullable Object> args,
        Map<String, @Nullable Object> kwargs,
        Map<String, @Nullable Object> options,
        boolean immutable)
        implements Canvas {
    /** Copies the collections. */
    public Signature {
        if (task.isBlank()) {
            throw new IllegalArgumentException("task \"" + task + "\" is blank: name the task");
        }
        args = Collections.unmodifiableList(new ArrayList<>(args));
        kwargs = Collections.unmodifiableMap(new LinkedHashMap<>(kwargs));
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** A call with positional arguments. */
    public static Signature of(String task, @Nullable Object... args) {
        return new Signature(task, java.util.Arrays.asList(args), Map.of(), Map.of(), false);
    }

    /** The same with one more keyword argument. */
    public Signature with(String name, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(kwargs);
        more.put(name, value);
        return new Signature(task, args, more, options, immutable);
    }

    /** The same with one more option. */
    public Signature option(String name, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(options);
        more.put(name, value);
        return new Signature(task, args, kwargs, more, immutable);
    }

    /** The same, taking no result of the task before it, nor an id of what failed. */
    public Signature asImmutable() {
        return new Signature(task, args, kwargs, options, true);
    }

    /** The same, to call {@code callback} with the result. */
    public Signature link(Canvas callback) {
        return option("link", listWith(options.get("link"), callback));
    }

    @Override
    public Signature onError(Canvas errback) {
        return option("link_error", listWith(options.get("link_error"), errback));
    }

    /** {@code list}, a value of an option, with one more element. */
    static List<@Nullable Object> listWith(@Nullable Object list, Canvas callback) {
        List<@Nullable Object> all = new ArrayList<>();
        if (list instanceof List<?> given) {
            all.addAll(given);
        } else if (list != null) {
            all.add(list);
        }
        all.add(callback);
        return Collections.unmodifiableList(all);
    }
}
