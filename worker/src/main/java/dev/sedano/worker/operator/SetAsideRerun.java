package dev.sedano.worker.operator;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.idempotency.redis.AdminReply;
import dev.sedano.worker.idempotency.redis.AdminReply.Answer;
import dev.sedano.worker.idempotency.redis.AdminRequest;
import dev.sedano.worker.idempotency.redis.StoredRecord;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.rabbitmq.SetAsideQueue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sedano parked rerun}, {@code sedano dead rerun}. */
@Command(
        name = "rerun",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Puts tasks back into their queue. A parked one is told that it may have run before.",
            "Copies of the same task are put back once."
        })
final class SetAsideRerun extends SetAsideChange {
    @Option(
            names = "--step-done",
            paramLabel = "NAME=JSON",
            description = "The step in doubt was done, with this result; it is not run again.")
    private Map<String, String> stepsDone = new LinkedHashMap<>();

    @Option(
            names = "--step-undone",
            paramLabel = "NAME",
            description = "The step in doubt surely did not happen; it is run again.")
    private List<String> stepsUndone = List.of();

    SetAsideRerun(Map<String, String> environment, SetAsideKind kind) {
        super(environment, kind);
    }

    @Override
    String verb() {
        return "rerun";
    }

    @Override
    void check() {
        stepsDone.forEach((step, json) -> {
            try {
                new CeleryJson().decode(json.getBytes(StandardCharsets.UTF_8));
            } catch (ProtocolException e) {
                throw new ConfigurationException(
                        "--step-done",
                        step,
                        "has a value that is no JSON: write NAME=JSON, as charge='{\"id\": 1}'",
                        e);
            }
        });
    }

    @Override
    @Nullable
    AdminReply change(CopyView copy, SetAsideQueue queue) throws IOException {
        if (kind == SetAsideKind.DEAD) {
            store().ask(new AdminRequest.Note(act(copy, queue, "")));
        } else {
            AdminReply doubt = force ? null : stepInDoubt(copy);
            AdminReply reply = doubt != null ? doubt : release(copy, queue);
            if (reply.answer() != Answer.DONE) {
                return reply;
            }
        }
        queue.republish(copy.copy(), copy.exchange(), copy.origin(queue.queue(), kind));
        return null;
    }

    private AdminReply release(CopyView copy, SetAsideQueue queue) {
        Map<String, @Nullable String> steps = new HashMap<>(stepsDone);
        stepsUndone.forEach(step -> steps.put(step, null));
        String said = steps.isEmpty() ? "" : ", steps decided: " + String.join(" ", new TreeSet<>(steps.keySet()));
        return store().ask(new AdminRequest.Release(
                act(copy, queue, said),
                copy.poison() || force ? "CPR" : "PR",
                force,
                false,
                KeysRelease.KEEP,
                copy.lostRecord() || force ? copy.forRecord() : null,
                steps));
    }

    /** A step that began and never said how it ended would have the task parked again. */
    private @Nullable AdminReply stepInDoubt(CopyView copy) {
        StoredRecord record = store().record(copy.key().record());
        if (record == null) {
            return null;
        }
        TreeSet<String> doubtful = new TreeSet<>();
        record.fields().keySet().stream()
                .filter(field -> field.startsWith("s:")
                        && String.valueOf(record.text(field)).startsWith("B:"))
                .forEach(field -> doubtful.add(field.substring(2)));
        doubtful.removeAll(stepsDone.keySet());
        stepsUndone.forEach(doubtful::remove);
        return doubtful.isEmpty() ? null : AdminReply.stepInDoubt(String.join(", ", doubtful));
    }

    @Override
    String done(CopyView copy, SetAsideQueue queue) {
        String destination = copy.origin(queue.queue(), kind);
        if (!copy.unroutable()) {
            return "back in queue " + destination;
        }
        return copy.exchange().isEmpty()
                ? "sent to queue " + destination
                : "sent to exchange " + copy.exchange() + " with routing key " + destination;
    }
}
