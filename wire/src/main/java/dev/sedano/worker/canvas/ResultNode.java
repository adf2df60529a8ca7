package dev.sedano.worker.canvas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result that a signature will have, as Celery's result objects: of a task, or of a group with its members. Parents
 * are linked while a plan is made. Not thread-safe.
 */
final class ResultNode {
    /** With what is around them they stay below the 500 levels of {@code CeleryJson}. */
    private static final int MOST_PARENTS = 200;

    final String id;
    final @Nullable List<ResultNode> members;

    @Nullable
    ResultNode parent;

    private ResultNode(String id, @Nullable List<ResultNode> members) {
        this.id = id;
        this.members = members;
    }

    static ResultNode task(String id) {
        return new ResultNode(id, null);
    }

    static ResultNode group(String id, List<ResultNode> members) {
        return new ResultNode(id, List.copyOf(members));
    }

    boolean isGroup() {
        return members != null;
    }

    /** The first result of the line that ends here. */
    ResultNode first() {
        ResultNode node = this;
        while (node.parent != null) {
            node = node.parent;
        }
        return node;
    }

    /**
     * {@code [[id, parent], members]}, as Celery stores it. Of a long chain only the last steps have their parents: each
     * parent is two levels of JSON deeper, and neither side reads any depth.
     */
    List<@Nullable Object> tuple() {
        return tuple(MOST_PARENTS);
    }

    private List<@Nullable Object> tuple(int parents) {
        List<@Nullable Object> all = null;
        if (members != null) {
            all = new ArrayList<>();
            for (ResultNode member : members) {
                all.add(member.tuple(parents));
            }
        }
        return Arrays.asList(Arrays.asList(id, parent == null || parents == 0 ? null : parent.tuple(parents - 1)), all);
    }
}
