package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.redis.AdminReply;
import dev.sedano.worker.idempotency.redis.AdminReply.Answer;
import dev.sedano.worker.idempotency.redis.AdminRequest;
import dev.sedano.worker.idempotency.redis.StoredRecord;
import dev.sedano.worker.rabbitmq.SetAsideQueue;
import dev.sedano.worker.result.ResultRecord;
import dev.sedano.worker.runtime.ResultBackend;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sedano parked done}, {@code sedano dead done}. */
@Command(
        name = "done",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Removes tasks' copies for good. With --result or --failure it records that outcome first, and the caller gets"
                    + " it; a parked task whose outcome is not recorded needs one of them.",
            "Callbacks and chords are not started."
        })
final class SetAsideDone extends SetAsideChange {
    @Mixin
    private final Decision decision = new Decision();

    @Option(names = "--retention", paramLabel = "TIME", description = "How long it is remembered. Default: 7d.")
    private String retention = "7d";

    SetAsideDone(Map<String, String> environment, SetAsideKind kind) {
        super(environment, kind);
    }

    @Override
    String verb() {
        return "done";
    }

    @Override
    void check() {
        KeysComplete.retention(retention);
        if (decision.isGiven()) {
            decision.record("");
        }
    }

    @Override
    @Nullable
    AdminReply change(CopyView copy, SetAsideQueue queue) throws IOException {
        if (!decision.isGiven()) {
            StoredRecord record =
                    kind == SetAsideKind.PARKED ? store().record(copy.key().record()) : null;
            if (kind == SetAsideKind.PARKED
                    && !force
                    && (record == null || !record.state().equals("C"))) {
                decision.record(copy.id()); // says which option is missing
            }
            store().ask(new AdminRequest.Note(act(copy, queue, "")));
            return null;
        }
        ResultRecord outcome = decision.record(copy.id());
        boolean create = kind == SetAsideKind.DEAD || copy.lostRecord() || force;
        ResultBackend backend = options.backend(environment);
        AdminReply reply = new Outcomes(store(), options.store(environment), backend, KeysComplete.retention(retention))
                .complete(
                        act(copy, queue, ", " + outcome.state()),
                        copy.key(),
                        copy.poison() || force ? "RHPC" : "RHP",
                        force,
                        create,
                        outcome,
                        copy.id());
        if (reply.answer() != Answer.DONE) {
            return reply;
        }
        if (backend instanceof ResultBackend.Rpc) {
            queue.reply(copy.copy(), outcome.json());
        }
        return null;
    }

    @Override
    String done(CopyView copy, SetAsideQueue queue) {
        return decision.isGiven() ? "completed " + decision.record(copy.id()).state() : "removed";
    }
}
