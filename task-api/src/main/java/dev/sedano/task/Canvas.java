package dev.sedano.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls that are not made yet, as Celery's canvas: one task ({@link Signature}), or a structure of several. Immutable; each
 * method gives a new value. For {@link TaskContext#replace}, {@link TaskContext#addToChord} and as callbacks:
 *
 * <pre>{@code
 * Canvas total = Canvas.chord(
 *         Canvas.group(Signature.of("shop.price", 1), Signature.of("shop.price", 2)),
 *         Signature.of("shop.sum").onError(Signature.of("shop.report")));
 * throw context.replace(Canvas.chain(total, Signature.of("shop.bill", "EUR")));
 * }</pre>
 *
 * <p>Names of tasks need not be registered in this worker: whoever consumes the queue runs them.
 */
public sealed interface Canvas permits Signature, Canvas.Chain, Canvas.Group, Canvas.Chord {
    /** How to send it, by Celery's names, such as {@code queue} or {@code countdown}; unmodifiable. */
    Map<String, @Nullable Object> options();

    /** The same, to call {@code errback} with the failed task's id when it fails; of a group, when any member fails. */
    Canvas onError(Canvas errback);

    /** Steps one after the other, each called with the result of the one before it as its first argument. */
    static Chain chain(Canvas... steps) {
        return new Chain(Arrays.asList(steps), Map.of());
    }

    /** Tasks side by side. With a step after it in a chain, a group is the header of a chord. */
    static Group group(Canvas... tasks) {
        return new Group(Arrays.asList(tasks), Map.of());
    }

    /** As {@link #group(Canvas...)}. */
    static Group group(List<? extends Canvas> tasks) {
        return new Group(new ArrayList<>(tasks), Map.of());
    }

    /** {@code body}, called with the list of all results of {@code header} when they are there. Needs results in Redis. */
    static Chord chord(Group header, Canvas body) {
        return new Chord(header, body, Map.of());
    }

    /**
     * See {@link #chain}.
     *
     * @param steps first to last
     * @param options those of Celery's chain
     */
    record Chain(List<Canvas> steps, Map<String, @Nullable Object> options) implements Canvas {
        /** Copies the collections. */
        public Chain {
            steps = List.copyOf(steps);
            options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        }

        /** The same, to call {@code callback} with the result of the last step. */
        public Chain link(Canvas callback) {
            return new Chain(steps, added(options, "link", callback));
        }

        @Override
        public Chain onError(Canvas errback) {
            return new Chain(steps, added(options, "link_error", errback));
        }

        /** The same with one more option. */
        public Chain option(String name, @Nullable Object value) {
            return new Chain(steps, with(options, name, value));
        }
    }

    /**
     * See {@link #group}.
     *
     * @param options those of all members
     */
    record Group(List<Canvas> tasks, Map<String, @Nullable Object> options) implements Canvas {
        /** Copies the collections. */
        public Group {
            tasks = List.copyOf(tasks);
            options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        }

        @Override
        public Group onError(Canvas errback) {
            return new Group(tasks.stream().map(each -> each.onError(errback)).toList(), options);
        }

        /** The same with one more option, for all members. */
        public Group option(String name, @Nullable Object value) {
            return new Group(tasks, with(options, name, value));
        }
    }

    /**
     * See {@link #chord}.
     *
     * @param options those of all tasks in it
     */
    record Chord(Group header, Canvas body, Map<String, @Nullable Object> options) implements Canvas {
        /** Copies the options. */
        public Chord {
            options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        }

        /** The same, to call {@code callback} with the body's result. */
        public Chord link(Canvas callback) {
            return new Chord(header, body, added(options, "link", callback));
        }

        /** The same, to call {@code errback} with the body's id when the body or any task of the header fails. */
        @Override
        public Chord onError(Canvas errback) {
            return new Chord(header, body, added(options, "link_error", errback));
        }

        /** The same with one more option, for all tasks in it. */
        public Chord option(String name, @Nullable Object value) {
            return new Chord(header, body, with(options, name, value));
        }
    }

    private static Map<String, @Nullable Object> with(
            Map<String, @Nullable Object> options, String name, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(options);
        more.put(name, value);
        return more;
    }

    private static Map<String, @Nullable Object> added(
            Map<String, @Nullable Object> options, String name, Canvas callback) {
        return with(options, name, Signature.listWith(options.get(name), callback));
    }
}
