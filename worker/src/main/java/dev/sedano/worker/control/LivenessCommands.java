package dev.sedano.worker.control;

import dev.sedano.worker.event.LamportClock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ping, clock, heartbeat, and hello, by which nodes tell each other what is revoked when one starts. */
final class LivenessCommands {
    private static final Logger LOG = LoggerFactory.getLogger(LivenessCommands.class);
    /** Ids in a greeting; a worker of ours finds all of them in the store. */
    private static final int MOST_GREETED = 10_000;

    private final String node;
    private final LamportClock lamport;
    private final RevokedTasks revoked;

    private LivenessCommands(String node, LamportClock lamport, RevokedTasks revoked) {
        this.node = node;
        this.lamport = lamport;
        this.revoked = revoked;
    }

    static void addTo(
            Map<String, Command> commands,
            String node,
            LamportClock lamport,
            RevokedTasks revoked,
            WorkerControls controls) {
        LivenessCommands liveness = new LivenessCommands(node, lamport, revoked);
        commands.put("ping", arguments -> Command.ok("pong"));
        commands.put("clock", arguments -> Map.of("clock", lamport.value()));
        commands.put("hello", liveness::hello);
        commands.put("heartbeat", arguments -> {
            controls.beat();
            return null;
        });
        // Gossip's elections are between Celery's nodes; nobody is helped by a candidate that cannot lead.
        commands.put("election", arguments -> null);
    }

    /** As many as fit a greeting. */
    static List<String> newest(List<String> ids) {
        return ids.subList(Math.max(0, ids.size() - MOST_GREETED), ids.size());
    }

    private @Nullable Object hello(Arguments arguments) {
        if (node.equals(arguments.text("from_node"))) {
            return null;
        }
        Object theirs = arguments.get("revoked");
        // Since 5.7 a list of ids, before a map with the time of each.
        List<String> ids =
                Arguments.texts("revoked", theirs instanceof Map<?, ?> map ? List.copyOf(map.keySet()) : theirs);
        if (!ids.isEmpty()) {
            LOG.info("control: {} tells {} revoked tasks", arguments.text("from_node"), ids.size());
            revoked.add(ids);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("revoked", newest(revoked.ids()));
        answer.put("clock", lamport.forward());
        return Collections.unmodifiableMap(answer);
    }
}
