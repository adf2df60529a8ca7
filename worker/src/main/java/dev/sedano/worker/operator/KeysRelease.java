package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.redis.AdminReply;
import dev.sedano.worker.idempotency.redis.AdminReply.Answer;
import dev.sedano.worker.idempotency.redis.AdminRequest;
import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sedano keys release}. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Lets the work of a key run again with its next copy, which is told that it may have run before.",
            "It moves no message: a parked copy is run by `sedano parked rerun`, else send the task again."
        })
final class KeysRelease extends OperatorCommand {
    static final Duration KEEP = Duration.ofDays(7);

    @Mixin
    private final KeyArgument argument = new KeyArgument();

    @Option(
            names = "--forget",
            description = "As if the key had never been seen: the next message runs unannounced, whatever its"
                    + " arguments.")
    private boolean forget;

    @Option(
            names = "--force",
            description = "Also while an owner may be running it (it is shut out, but what it does cannot be undone),"
                    + " or with callbacks unconfirmed (they are given up).")
    private boolean force;

    KeysRelease(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(RedisStoreInspection store) {
        TaskKey key = argument.key();
        String name = Names.record(key.record());
        AdminRequest.Act act = new AdminRequest.Act(
                options.who(), forget ? "keys-forget" : "keys-release", key.record(), force ? "forced" : "");
        AdminReply reply = store.ask(new AdminRequest.Release(act, "RHCP", force, forget, KEEP, null, Map.of()));
        if (reply.answer() != Answer.DONE) {
            tell(Refusal.text(reply, name));
            return Refusal.code(reply);
        }
        String before = Names.state(reply.text());
        if (options.json) {
            printJson(Map.of("key", key.record(), "before", before, "forgotten", forget));
        } else {
            print(name + ": was " + before + ", is "
                    + (forget
                            ? "forgotten: the next message with this key runs as the first"
                            : "released: the next copy runs, and is told that it may have run before"));
        }
        return OperatorExit.OK;
    }
}
