package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.redis.RedisStoreInspection;
import dev.sedano.worker.rabbitmq.SetAsideCopy;
import dev.sedano.worker.rabbitmq.SetAsideQueue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** What the commands on set-aside copies share. */
abstract class SetAsideCommand extends OperatorCommand {
    /** A quorum queue counts what is taken and given back, and may drop a message at its limit. */
    private static final int MANY_DELIVERIES = 10;

    final SetAsideKind kind;

    @Mixin
    final BrokerOptions broker = new BrokerOptions();

    SetAsideCommand(Map<String, String> environment, SetAsideKind kind) {
        super(environment);
        this.kind = kind;
    }

    /** {@code sedano parked} or {@code sedano dead}. */
    static CommandLine group(Map<String, String> environment, SetAsideKind kind) {
        return OperatorCommands.group(kind.word(), kind.description(), kind.word() + " list")
                .addSubcommand(new SetAsideList(environment, kind))
                .addSubcommand(new SetAsideShow(environment, kind))
                .addSubcommand(new SetAsideRerun(environment, kind))
                .addSubcommand(new SetAsideDone(environment, kind));
    }

    abstract int run(RedisStoreInspection store, SetAsideQueue queue) throws IOException;

    @Override
    final int run(RedisStoreInspection store) throws IOException {
        try (SetAsideQueue queue = broker.open(environment, kind.suffix())) {
            if (!queue.exists()) {
                tell("queue " + queue.queue() + " does not exist: nothing was ever set aside there. Check -Q and"
                        + " --broker");
                return this instanceof SetAsideList ? OperatorExit.OK : OperatorExit.NOT_FOUND;
            }
            return run(store, queue);
        }
    }

    /** The copies by task id, the oldest first; copies without a readable id under empty text. */
    final Map<String, List<CopyView>> take(SetAsideQueue queue) throws IOException {
        Map<String, List<CopyView>> byId = new LinkedHashMap<>();
        long most = 0;
        for (SetAsideCopy copy : queue.take(broker.limit)) {
            CopyView view = CopyView.of(copy);
            byId.computeIfAbsent(view.id(), id -> new ArrayList<>()).add(view);
            if (copy.properties().headers().get("x-delivery-count") instanceof Number count) {
                most = Math.max(most, count.longValue());
            }
        }
        if (most >= MANY_DELIVERIES) {
            tell("warning: copies in " + queue.queue() + " were looked at " + most
                    + " times. A quorum queue drops them at its delivery limit: make it a classic queue, or raise the"
                    + " limit");
        }
        return byId;
    }

    /** Says what lies beyond {@code --limit}. */
    final void tellRest(SetAsideQueue queue) throws IOException {
        long rest = queue.waiting();
        if (rest > 0) {
            tell(rest + " more in " + queue.queue() + ": see --limit");
        }
    }
}
