package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.TaskMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a failure leads to (celery/backends/base.py, {@code mark_as_failure} and {@code chord_error_from_stack}): what
 * will never run gets the failure as its result, chords further out count it, and errbacks are called. Where Celery
 * forgets the chord around a chord, or around a group at the end of a chain, so that it would wait for ever, that chord
 * counts the failure here. Thread-safe.
 */
final class Failures {
    private final TaskMessages messages;
    private final InlineErrbacks inline;

    Failures(TaskMessages messages, InlineErrbacks inline) {
        this.messages = messages;
        this.inline = inline;
    }

    /**
     * A failure on its way.
     *
     * @param root the root of the workflow
     * @param state FAILURE or REVOKED
     * @param error the failure as the stored record tells it
     * @param traceback as the stored record tells it
     * @param record the failure as it is stored for a task that will never run
     */
    record Cause(
            String root,
            String state,
            @Nullable Object error,
            @Nullable String traceback,
            Function<TaskMessage, byte[]> record) {
        /** As chords further out count it. */
        Cause known(ToldErrbacks to) {
            return new Cause(root, state, to.writtenTo(error), traceback, record);
        }

        Cause knownToNobody() {
            return new Cause(root, state, ToldErrbacks.without(error), traceback, record);
        }
    }

    /** Of a task that ran, or never will. */
    List<FollowUp> afterTask(TaskMessage message, Cause cause) {
        List<FollowUp> all = new ArrayList<>();
        if (message.group() != null && message.embed().chord() instanceof Map<?, ?> body) {
            all.add(new FollowUp.ChordPart(
                    message.group(),
                    message.id(),
                    message.rootId(),
                    message.groupIndex(),
                    messages.part(message.id(), cause.state(), cause.error()),
                    CallSignature.strings(body)));
        }
        chain(message.embed().chain(), cause, all);
        Map<String, @Nullable Object> request = new LinkedHashMap<>();
        request.put("id", message.id());
        request.put("task", message.task());
        request.put("args", message.args());
        request.put("kwargs", message.kwargs());
        request.put("root_id", message.rootId());
        request.put("parent_id", message.parentId());
        request.put("group", message.group());
        request.put("retries", message.retries());
        errbacks(request, message.embed().errbacks(), cause, all);
        return all;
    }

    /**
     * Of a chord's header: its body will never run. The results of a body that is a group are those of its members. As in
     * Celery the errbacks of any other body are the children of its result.
     *
     * @param body the body's signature
     * @param bodyId the id of its result, unless it is a group
     * @param told the errbacks that know of it: they are not called again
     * @param record the failure as stored, by id and result tuples of what was published for it
     */
    List<FollowUp> ofBody(
            Map<String, @Nullable Object> body,
            String bodyId,
            String root,
            @Nullable Object error,
            ToldErrbacks told,
            BiFunction<String, List<@Nullable Object>, byte[]> record) {
        Node node = Node.of(body);
        if (node.options.get("task_id") == null && node instanceof TaskNode) {
            node.options.put("task_id", bodyId);
        }
        List<FollowUp> called = new ArrayList<>();
        List<@Nullable Object> children = new ArrayList<>();
        String result = resultOf(node, bodyId);
        Cause cause = new Cause(
                root,
                "FAILURE",
                error,
                null,
                never -> record.apply(never.id(), never.id().equals(result) ? children : List.of()));
        ToldErrbacks known = told;
        if (node instanceof GroupNode group) {
            for (Node member : group.tasks) {
                List<@Nullable Object> errbacks = new ArrayList<>(errbacksOf(member));
                CallSignature.list(group.options.get("link_error")).stream()
                        .filter(each -> !errbacks.contains(each))
                        .forEach(errbacks::add);
                errbacks(request(member, bodyId, cause), told.others(errbacks), cause, called);
                known = known.and(errbacks);
            }
        } else {
            List<@Nullable Object> errbacks = errbacksOf(node);
            children.addAll(errbacks(request(node, bodyId, cause), told.others(errbacks), cause, called));
            known = known.and(errbacks);
        }
        List<FollowUp> all = new ArrayList<>();
        never(node, Report.NOWHERE, cause.known(known), all);
        all.addAll(called);
        return all;
    }

    /** The rest of a chain, as messages carry it: last step first. */
    private void chain(List<@Nullable Object> rest, Cause cause, List<FollowUp> all) {
        for (int i = rest.size() - 1; i >= 0; i--) {
            never(Node.of(rest.get(i)), Report.NOWHERE, cause, all);
        }
    }

    /** Where a signature reports if it does not say so itself: what is around it does. */
    private record Report(
            @Nullable Object chord,
            @Nullable String group,
            @Nullable Integer index) {
        static final Report NOWHERE = new Report(null, null, null);

        /** The node's own word comes first. */
        Report of(Node node) {
            String own = node.text("group_id");
            return new Report(
                    node.options.get("chord") == null ? chord : node.options.get("chord"),
                    own == null ? group : own,
                    node.options.get("group_index") instanceof Number number ? (Integer) number.intValue() : index);
        }
    }

    /** {@code node} will never run: whoever waits for a result in it gets the failure. */
    private void never(Node node, Report around, Cause cause, List<FollowUp> all) {
        Report report = around.of(node);
        String own = node.text("task_id");
        if (own != null && !(node instanceof ChainNode)) {
            TaskMessage never = unsent(CallSignature.of(node.toMap()), own, cause.root(), node.text("parent_id"));
            all.add(new FollowUp.Store(own, never.replyTo(), cause.record().apply(never)));
        }
        if (node instanceof GroupNode group) {
            group.tasks.forEach(each -> never(each, report, cause, all));
        } else if (node instanceof ChordNode chord) {
            never(chord.body, report, cause, all);
        } else if (node instanceof ChainNode chain) {
            int last = chain.tasks.size() - 1;
            for (int i = 0; i <= last; i++) {
                never(chain.tasks.get(i), i == last ? report : Report.NOWHERE, cause, all);
            }
        } else if (own != null) {
            Object body = report.chord() instanceof Node chord ? chord.toMap() : report.chord();
            if (report.group() != null && body instanceof Map<?, ?> map) {
                all.add(new FollowUp.ChordPart(
                        report.group(),
                        own,
                        cause.root(),
                        report.index(),
                        messages.part(own, "FAILURE", cause.error()),
                        CallSignature.strings(map)));
            }
        }
        // Chords after this one fail in Celery, too, and call all their errbacks.
        chain(CallSignature.list(node.options.get("chain")), cause.knownToNobody(), all);
    }

    /** The message that a call would have been, as far as the record of its failure needs it. */
    static TaskMessage unsent(CallSignature call, String id, String root, @Nullable String parent) {
        return new TaskMessage(
                2,
                call.task(),
                id,
                root,
                parent,
                call.text("group_id"),
                null,
                0,
                0,
                null,
                null,
                null,
                null,
                null,
                call.text("reply_to"),
                Map.of(),
                call.args(),
                call.kwargs(),
                TaskMessage.Embed.NONE);
    }

    /** The id of a signature's result: of a chain its last step's, of a chord its body's. */
    private static String resultOf(Node node, String otherwise) {
        Node last = node;
        while (true) {
            if (last instanceof ChordNode chord) {
                last = chord.body;
            } else if (last instanceof ChainNode chain && !chain.tasks.isEmpty()) {
                last = chain.tasks.get(chain.tasks.size() - 1);
            } else {
                String id = last.text("task_id");
                return id == null ? otherwise : id;
            }
        }
    }

    private static List<@Nullable Object> errbacksOf(Node node) {
        List<@Nullable Object> all = new ArrayList<>(CallSignature.list(node.options.get("link_error")));
        Node last = node;
        while (last instanceof ChordNode chord) {
            last = chord.body;
            all.addAll(CallSignature.list(last.options.get("link_error")));
        }
        if (last instanceof GroupNode group) {
            group.tasks.forEach(each -> all.addAll(errbacksOf(each)));
        }
        return all;
    }

    /** Of something that never ran, as far as it is known. */
    private static Map<String, @Nullable Object> request(Node node, String otherwise, Cause cause) {
        Map<String, @Nullable Object> request = new LinkedHashMap<>();
        request.put("id", resultOf(node, otherwise));
        request.put("task", node.toMap().get("task"));
        request.put("root_id", cause.root());
        return request;
    }

    /**
     * Those that take the failure itself are called in this worker. The others are published together, and get the id of
     * what failed.
     *
     * @return result tuples of the published ones
     */
    private List<@Nullable Object> errbacks(
            Map<String, @Nullable Object> request, List<@Nullable Object> errbacks, Cause cause, List<FollowUp> all) {
        List<Node> sent = new ArrayList<>();
        for (Object errback : errbacks) {
            CallSignature call = CallSignature.of(errback);
            if (call.type() == null
                    && !call.immutable()
                    && inline.takesFailure(
                            call.task(), call.args().size(), call.kwargs().keySet())) {
                all.add(new FollowUp.Call(CallSignature.strings(errback), request, cause.error(), cause.traceback()));
            } else {
                sent.add(Node.of(errback));
            }
        }
        if (sent.isEmpty()) {
            return List.of();
        }
        String failed = String.valueOf(request.get("id"));
        Dispatch dispatch = new Dispatch(messages, new Ids(failed, "errback"), failed, cause.root());
        new GroupNode(sent, Map.of())
                .apply(dispatch, Dispatch.one(failed), Map.of(), Dispatch.options(failed, cause.root()));
        all.addAll(dispatch.followUps());
        return dispatch.children();
    }
}
