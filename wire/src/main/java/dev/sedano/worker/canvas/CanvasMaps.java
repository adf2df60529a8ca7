package dev.sedano.worker.canvas;

import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What handlers say of calls, as messages carry it (CONTRACT §1.3, signature object). */
public final class CanvasMaps {
    private CanvasMaps() {}

    /** The signature object of {@code canvas}. */
    public static Map<String, @Nullable Object> of(Canvas canvas) {
        if (canvas instanceof Signature signature) {
            return map(
                    signature.task(),
                    signature.args(),
                    signature.kwargs(),
                    signature.options(),
                    null,
                    signature.immutable());
        } else if (canvas instanceof Canvas.Chain chain) {
            return map("celery.chain", List.of(), tasks(chain.steps()), chain.options(), "chain", false);
        } else if (canvas instanceof Canvas.Group group) {
            return map("celery.group", List.of(), tasks(group.tasks()), group.options(), "group", false);
        }
        Canvas.Chord chord = (Canvas.Chord) canvas;
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        kwargs.put("kwargs", Map.of());
        kwargs.put("header", of(chord.header()));
        kwargs.put("body", of(chord.body()));
        return map("celery.chord", List.of(), kwargs, chord.options(), "chord", false);
    }

    private static Map<String, @Nullable Object> tasks(List<Canvas> all) {
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        kwargs.put("tasks", all.stream().map(CanvasMaps::of).toList());
        return kwargs;
    }

    private static Map<String, @Nullable Object> map(
            String task,
            List<@Nullable Object> args,
            Map<String, @Nullable Object> kwargs,
            Map<String, @Nullable Object> options,
            @Nullable String type,
            boolean immutable) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("task", task);
        map.put("args", args);
        map.put("kwargs", kwargs);
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        options.forEach((name, value) -> plain.put(name, callbacks(value)));
        map.put("options", plain);
        map.put("subtask_type", type);
        map.put("immutable", immutable);
        return map;
    }

    /** Callbacks and errbacks are canvases within options. */
    static @Nullable Object callbacks(@Nullable Object value) {
        if (value instanceof Canvas canvas) {
            return of(canvas);
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> all = new ArrayList<>();
            list.forEach(each -> all.add(callbacks(each)));
            return all;
        }
        return value;
    }
}
