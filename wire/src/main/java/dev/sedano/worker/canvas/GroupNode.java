package dev.sedano.worker.canvas;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tasks that run side by side. Groups within it become part of it. */
final class GroupNode extends Node {
    final List<Node> tasks;

    GroupNode(List<Node> tasks, Map<String, @Nullable Object> options) {
        super(List.of(), options, false);
        this.tasks = tasks;
    }

    /** One call of {@code celery.starmap} for each {@code n} elements. */
    static GroupNode ofChunks(CallSignature chunks) {
        List<@Nullable Object> all = CallSignature.list(chunks.kwargs().get("it"));
        if (!(chunks.kwargs().get("n") instanceof Number size) || size.intValue() < 1) {
            throw new IllegalArgumentException("chunks have no positive size n");
        }
        List<Node> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size.intValue()) {
            Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
            kwargs.put("task", chunks.kwargs().get("task"));
            kwargs.put("it", new ArrayList<>(all.subList(from, Math.min(all.size(), from + size.intValue()))));
            parts.add(new TaskNode(
                    new CallSignature("celery.starmap", List.of(), kwargs, Map.of(), true, "xstarmap"), true));
        }
        return new GroupNode(parts, chunks.options());
    }

    @Override
    String type() {
        return "group";
    }

    @Override
    GroupNode copy() {
        GroupNode copy = new GroupNode(copies(tasks), options);
        copy.args = args;
        return copy;
    }

    @Override
    ResultNode freeze(Dispatch dispatch, Place place) {
        options.computeIfAbsent("task_id", name -> dispatch.ids().next());
        if (place.group() != null) {
            options.put("group_id", place.group());
        }
        if (place.chord() != null) {
            options.put("chord", place.chord());
        }
        if (place.index() != null) {
            options.put("group_index", place.index());
        }
        if (!options.containsKey("root_id")) {
            options.put("root_id", place.root());
        }
        if (!options.containsKey("parent_id")) {
            options.put("parent_id", place.parent());
        }
        List<ResultNode> results = freezeMembers(
                dispatch, new Place(null, place.group(), place.chord(), text("root_id"), text("parent_id"), null));
        return ResultNode.group(Objects.requireNonNull(text("task_id"), "task_id"), results);
    }

    /** A group within gives its members their places in reverse, as in Celery. */
    private List<ResultNode> freezeMembers(Dispatch dispatch, Place place) {
        Deque<Node> stack = new ArrayDeque<>(tasks);
        List<Node> flat = new ArrayList<>();
        List<ResultNode> results = new ArrayList<>();
        while (!stack.isEmpty()) {
            Node member = stack.pop();
            if (member instanceof GroupNode inner) {
                inner.tasks.forEach(stack::push);
            } else if (!isEmptyChain(member)) {
                Node copy = member.copy();
                results.add(copy.freeze(
                        dispatch,
                        new Place(null, place.group(), place.chord(), place.root(), place.parent(), flat.size())));
                flat.add(copy);
            }
        }
        tasks.clear(); // in place: the signature that this group is part of keeps the ids
        tasks.addAll(flat);
        return results;
    }

    private record Member(Node node, ResultNode result) {}

    @Override
    ResultNode apply(
            Dispatch dispatch,
            List<@Nullable Object> first,
            Map<String, @Nullable Object> more,
            Map<String, @Nullable Object> with) {
        if (tasks.isEmpty()) {
            return freeze(dispatch, Place.ANYWHERE);
        }
        List<@Nullable Object> arguments = argsAfter(first);
        Map<String, @Nullable Object> call = merged(with);
        boolean trail = !Boolean.FALSE.equals(call.remove("add_to_parent"));
        Object given = call.remove("task_id");
        String id = given instanceof String text ? text : dispatch.ids().next();
        call.put("group_id", id);
        call.remove("group_index");
        Object chord = call.remove("chord");
        String root = call.get("root_id") instanceof String text ? text : null;
        List<Member> members = new ArrayList<>();
        prepare(dispatch, this, id, root, members);
        call.put("add_to_parent", false);
        int parts = 0;
        boolean reports = false;
        for (Member member : members) {
            Object own = chord == null ? member.node().options.get("chord") : chord;
            parts += member.node().parts();
            reports |= own != null && isOf(member.node(), id);
            Map<String, @Nullable Object> each = new LinkedHashMap<>(call);
            each.put("chord", own);
            member.node().apply(dispatch, arguments, more, each);
        }
        if (reports) {
            dispatch.chordSize(id, parts);
        }
        ResultNode result =
                ResultNode.group(id, members.stream().map(Member::result).toList());
        ResultNode only = result.members != null && result.members.size() == 1 ? result.members.get(0) : result;
        ResultNode shown = only.isGroup() ? only : result;
        if (trail) {
            dispatch.trail(shown);
        }
        return shown;
    }

    /** A member that a chord further out froze reports there. */
    private static boolean isOf(Node member, String id) {
        return !(member instanceof TaskNode) || id.equals(member.options.get("group_id"));
    }

    /** Unlike {@link #freezeMembers} this numbers the members of an inner group anew, as Celery does. */
    private static void prepare(
            Dispatch dispatch, GroupNode group, String id, @Nullable String root, List<Member> members) {
        int index = 0;
        for (Node task : group.tasks) {
            Node copy = task.copy();
            if (copy instanceof GroupNode inner) {
                prepare(dispatch, inner, id, root, members);
            } else if (!isEmptyChain(copy)) {
                members.add(new Member(copy, copy.freeze(dispatch, new Place(null, id, null, root, null, index))));
            }
            index++;
        }
    }

    @Override
    void linkError(Map<String, @Nullable Object> errback) {
        tasks.forEach(each -> each.linkError(errback));
    }

    /** The first member alone can call it, and without a result. */
    @Override
    void link(Map<String, @Nullable Object> callback) {
        Map<String, @Nullable Object> immutable = new LinkedHashMap<>(callback);
        immutable.put("immutable", true);
        tasks.get(0).link(immutable);
    }

    @Override
    int parts() {
        return tasks.stream().mapToInt(Node::parts).sum();
    }

    @Override
    Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        kwargs.put("tasks", maps(tasks));
        return asMap("celery.group", kwargs);
    }
}
