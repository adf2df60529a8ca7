package dev.sedano.worker.control;

import dev.sedano.worker.event.LamportClock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** ping, clock, heartbeat, and hello, by which nodes tell each other what is revoked when one starts. */
final class LivenessCommands {
    /** For the ids in a greeting: with all the rest it must stay below what a worker of ours reads. */
    private static final int MOST_GREETED_BYTES = 3 << 20;

    private final String node;
    private final LamportClock lamport;
    private final RevokedTasks revoked;
    private final ToldRevokes told;

    private LivenessCommands(String node, LamportClock lamport, RevokedTasks revoked, ToldRevokes told) {
        this.node = node;
        this.lamport = lamport;
        this.revoked = revoked;
        this.told = told;
    }

    static void addTo(
            Map<String, Command> commands,
            String node,
            LamportClock lamport,
            RevokedTasks revoked,
            ToldRevokes told,
            WorkerControls controls) {
        LivenessCommands liveness = new LivenessCommands(node, lamport, revoked, told);
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

    /** As many as fit a greeting: all, unless they are of unusual length. */
    static List<String> newest(List<String> ids) {
        int left = MOST_GREETED_BYTES;
        for (int i = ids.size() - 1; i >= 0; i--) {
            left -= bytes(ids.get(i));
            if (left < 0) {
                return ids.subList(i + 1, ids.size());
            }
        }
        return ids;
    }

    /** At most, in JSON: a character that is escaped takes six. */
    private static int bytes(String id) {
        int separators = 4;
        return separators
                + id.chars()
                        .map(each -> each >= ' ' && each <= '~' && each != '"' && each != '\\' ? 1 : 6)
                        .sum();
    }

    private @Nullable Object hello(Arguments arguments) {
        String from = arguments.text("from_node");
        if (node.equals(from)) {
            return null;
        }
        told.learn(from, arguments.get("revoked"));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("revoked", newest(revoked.ids()));
        answer.put("clock", lamport.forward());
        return Collections.unmodifiableMap(answer);
    }
}
