package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.redis.AdminReply;
import dev.sedano.worker.idempotency.redis.AdminRequest;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.rabbitmq.SetAsideQueue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Changes to set-aside copies. For each task: first the store decides, in one step with the audit entry; then the message
 * goes where it is to go, confirmed; then all its copies are removed. A command that dies in between is repeated.
 */
abstract class SetAsideChange extends SetAsideCommand {
    @Parameters(paramLabel = "TASK_ID", arity = "0..*", description = "The tasks' ids.")
    private List<String> ids = new ArrayList<>();

    @Option(names = "--all", description = "All copies that are looked at, see --limit. Needs --yes.")
    private boolean all;

    @Option(names = "--yes", description = "Confirms --all.")
    private boolean yes;

    @Option(
            names = "--force",
            description = "Also against the store's word: while an owner may be running it, or where the outcome is"
                    + " recorded or the record is gone.")
    boolean force;

    private @Nullable RedisStoreInspection inspection;

    SetAsideChange(Map<String, String> environment, SetAsideKind kind) {
        super(environment, kind);
    }

    /** {@code rerun} or {@code done}. */
    abstract String verb();

    /** Checks the options before anything is taken. */
    abstract void check();

    /**
     * Changes the store, and publishes.
     *
     * @return null if the copies can be removed, else why not
     */
    abstract @Nullable AdminReply change(CopyView copy, SetAsideQueue queue) throws IOException;

    /** What was done, for the output. */
    abstract String done(CopyView copy, SetAsideQueue queue);

    @Override
    final int run(RedisStoreInspection store, SetAsideQueue queue) throws IOException {
        if (ids.isEmpty() == !all) {
            throw new ConfigurationException(
                    "TASK_ID",
                    "",
                    all ? "is given beside --all: leave one out" : "is missing: name task ids, or --all");
        }
        if (all && !yes) {
            throw new ConfigurationException("--all", "", "changes every copy: add --yes to confirm");
        }
        check();
        inspection = store;
        Map<String, List<CopyView>> byId = take(queue);
        int code = OperatorExit.OK;
        for (String id : all ? new ArrayList<>(byId.keySet()) : ids) {
            List<CopyView> copies = byId.get(id);
            if (copies == null) {
                tell(id + ": no copy in " + queue.queue() + ". See `sedano " + kind.word()
                        + " list`; another operator may be holding it just now");
                code = Math.max(code, OperatorExit.NOT_FOUND);
            } else {
                for (List<CopyView> same : cases(copies)) {
                    code = Math.max(code, one(id, same, queue));
                }
            }
        }
        tellRest(queue);
        return code;
    }

    /**
     * Copies of one task are one case. Not so those without an id, which nothing connects, nor follow-ups that had nowhere
     * to go: a retry has its task's id and must not go away with a copy of an earlier attempt.
     */
    private static List<List<CopyView>> cases(List<CopyView> copies) {
        List<List<CopyView>> cases = new ArrayList<>();
        List<CopyView> same = new ArrayList<>();
        for (CopyView copy : copies) {
            if (copy.id().isEmpty() || copy.unroutable()) {
                cases.add(List.of(copy));
            } else {
                same.add(copy);
            }
        }
        if (!same.isEmpty()) {
            cases.add(same);
        }
        return cases;
    }

    private int one(String id, List<CopyView> copies, SetAsideQueue queue) throws IOException {
        CopyView newest = copies.get(copies.size() - 1);
        AdminReply refused = change(newest, queue);
        if (refused != null) {
            tell(Refusal.text(refused, id));
            return Refusal.code(refused);
        }
        for (CopyView copy : copies) {
            queue.remove(copy.copy());
        }
        if (options.json) {
            Map<String, @Nullable Object> facts = new LinkedHashMap<>();
            facts.put("task_id", id);
            facts.put("task", newest.task());
            facts.put("done", done(newest, queue));
            facts.put("copies_removed", copies.size());
            printJson(facts);
        } else {
            print((id.isEmpty() ? "(no id)" : id) + " " + newest.task() + ": " + done(newest, queue) + ", "
                    + copies.size() + (copies.size() == 1 ? " copy removed" : " copies removed"));
        }
        return OperatorExit.OK;
    }

    final RedisStoreInspection store() {
        return java.util.Objects.requireNonNull(inspection);
    }

    final AdminRequest.Act act(CopyView copy, SetAsideQueue queue, String more) {
        String reason = copy.said("reason");
        return new AdminRequest.Act(
                options.who(),
                kind.word() + "-" + verb(),
                copy.id().isEmpty() ? "" : copy.key().record(),
                queue.queue() + (reason.isEmpty() ? "" : ", " + reason) + ", task id " + copy.id() + more
                        + (force ? ", forced" : ""));
    }
}
