package dev.sedano.worker.idempotency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The deliveries of a key that were returned unrun, and what was found of them; guarded by the store that holds it. */
final class InMemoryBlocks {
    private static final String REPORT = "report";

    private final Map<String, BlockedDelivery> pending = new LinkedHashMap<>();
    private final Map<String, BlockVerdict.Resolved> decided = new LinkedHashMap<>();
    private final Map<String, Long> decidedAttempt = new HashMap<>();
    private final Map<String, String> decidedBy = new HashMap<>();

    /** Notes a delivery; decides of it if its attempt is over. */
    BlockVerdict report(BlockedDelivery blocked, boolean over, Map<Long, Long> claimedAt) {
        BlockVerdict.Resolved old = decided.get(blocked.id());
        if (old != null) {
            return repeated(old, REPORT.equals(decidedBy.get(blocked.id())));
        }
        pending.putIfAbsent(blocked.id(), blocked);
        if (over) {
            var unused = settle(claimedAt, blocked.attempt(), blocked.id(), REPORT);
            BlockVerdict verdict = decided.get(blocked.id());
            if (verdict != null) {
                return verdict;
            }
        }
        return new BlockVerdict.Pending();
    }

    /** What was decided up to that attempt, for a call that came a second time. */
    List<BlockVerdict.Resolved> again(long attempt, long token) {
        List<BlockVerdict.Resolved> again = new ArrayList<>();
        decided.forEach((id, verdict) -> {
            if (decidedAttempt.getOrDefault(id, 0L) <= attempt) {
                again.add(repeated(verdict, ("token " + token).equals(decidedBy.get(id))));
            }
        });
        return again;
    }

    /**
     * Decides of what waits, up to that attempt.
     *
     * @param only the one delivery it is about; null = all
     * @param by who decides, so that only that one is told to count
     */
    List<BlockVerdict.Resolved> settle(Map<Long, Long> claimedAt, long attempt, @Nullable String only, String by) {
        List<BlockVerdict.Resolved> all = new ArrayList<>();
        pending.values().removeIf(each -> {
            if (each.attempt() > attempt || (only != null && !only.equals(each.id()))) {
                return false;
            }
            long delay = Math.max(0, claimedAt.getOrDefault(each.attempt(), 0L) - each.blockedAt());
            BlockVerdict.Resolved verdict =
                    new BlockVerdict.Resolved(each.id(), delay > 0, Duration.ofMillis(delay), true);
            decided.put(each.id(), verdict);
            decidedBy.put(each.id(), by);
            decidedAttempt.put(each.id(), each.attempt());
            all.add(verdict);
            return true;
        });
        return all;
    }

    private static BlockVerdict.Resolved repeated(BlockVerdict.Resolved verdict, boolean own) {
        return new BlockVerdict.Resolved(verdict.id(), verdict.falsePositive(), verdict.delay(), own);
    }
}
