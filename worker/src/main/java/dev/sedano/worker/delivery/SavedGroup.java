package dev.sedano.worker.delivery;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The structure of a group as Celery saves it ({@code GroupResult.as_tuple}): {@code [[id, parent], children]}, where
 * children is null for a task.
 */
record SavedGroup(@Nullable String taskId, List<SavedGroup> children) {
    /** @throws IllegalArgumentException if {@code saved} is none */
    static SavedGroup of(@Nullable Object saved) {
        Object result = saved instanceof Map<?, ?> map ? map.get("result") : saved;
        if (!(result instanceof List<?> pair) || pair.size() != 2 || !(pair.get(0) instanceof List<?> own)) {
            throw new IllegalArgumentException("a saved group is no pair of id and members");
        }
        List<SavedGroup> children = new ArrayList<>();
        if (pair.get(1) instanceof List<?> members) {
            members.forEach(each -> children.add(of(each)));
            return new SavedGroup(null, children);
        }
        return new SavedGroup(String.valueOf(own.get(0)), children);
    }

    /** The ids of all tasks, from left to right. */
    List<String> taskIds() {
        List<String> ids = new ArrayList<>();
        collect(ids);
        return ids;
    }

    private void collect(List<String> ids) {
        if (taskId != null) {
            ids.add(taskId);
        }
        children.forEach(each -> each.collect(ids));
    }

    /** The values of {@link #taskIds} in the group's structure. */
    List<@Nullable Object> shape(Iterator<? extends @Nullable Object> values) {
        List<@Nullable Object> shaped = new ArrayList<>();
        for (SavedGroup child : children) {
            shaped.add(child.taskId == null ? child.shape(values) : values.next());
        }
        return shaped;
    }
}
