package dev.sedano.worker.control;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The commands that change something, by name. */
final class CommandNames {
    /** What {@code --control} can allow; sorted. */
    static final Set<String> CHANGING = Collections.unmodifiableSet(new TreeSet<>(List.of(
            "add_consumer",
            "autoscale",
            "cancel_consumer",
            "disable_events",
            "enable_events",
            "pool_grow",
            "pool_restart",
            "pool_shrink",
            "rate_limit",
            "revoke",
            "revoke_by_stamped_headers",
            "shutdown",
            "terminate",
            "time_limit")));

    private CommandNames() {}
}
