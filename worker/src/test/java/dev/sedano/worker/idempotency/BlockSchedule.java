package dev.sedano.worker.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.StoreGhost.Tenure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The blocked deliveries of a {@link StoreSchedule}: each is decided once, and counted by whoever decided it. */
final class BlockSchedule {
    private final StoreSchedule.Bench bench;
    private final Random random;
    private final TaskKey key;
    private final StoreTwin store;
    private final StoreGhost ghost;
    private final List<String> log;
    private final Map<String, BlockedDelivery> blocked = new HashMap<>();
    private final Map<String, Long> blockedAgo = new HashMap<>();
    /** Whose call decided a block, by the block's id: nobody else may count it. */
    private final Map<String, String> counted = new HashMap<>();

    BlockSchedule(
            StoreSchedule.Bench bench,
            Random random,
            TaskKey key,
            StoreTwin store,
            StoreGhost ghost,
            List<String> log) {
        this.bench = bench;
        this.random = random;
        this.key = key;
        this.store = store;
        this.ghost = ghost;
        this.log = log;
    }

    /** Tells of a delivery that was blocked some time ago, a new one or one that was told of. */
    void report(long ghostNow) {
        String block = "b" + blocked.size();
        if (!blocked.isEmpty() && random.nextInt(3) == 0) {
            block = "b" + random.nextInt(blocked.size());
        }
        // Half a step off the claims, whose times are a multiple of it.
        long ago = blockedAgo.computeIfAbsent(
                        block, name -> StoreSchedule.STEP / 2 + StoreSchedule.STEP * random.nextInt(3) - ghostNow)
                + ghostNow;
        BlockedDelivery delivery = blocked.computeIfAbsent(
                block, name -> new BlockedDelivery(name, key, random.nextInt(2), bench.now() - ago));
        BlockVerdict reply = store.reportBlocked(delivery, ago);
        log.add("report " + delivery + " -> " + reply);
        if (reply instanceof BlockVerdict.Resolved resolved) {
            verdict(resolved, "report " + resolved.id());
        } else {
            assertThat(ghost.completed(delivery.attempt()))
                    .as("a completed attempt's block is decided")
                    .isFalse();
        }
    }

    /** An end of a run decides of every block up to its attempt. */
    void ended(Tenure any, CompleteReply reply) {
        if (!(reply instanceof CompleteReply.Recorded recorded)) {
            return;
        }
        recorded.resolved().forEach(each -> verdict(each, "token " + any.token()));
        if (!recorded.replay()) {
            long due = blocked.values().stream()
                    .filter(each -> each.attempt() <= any.attempt() && !counted.containsKey(each.id()))
                    .count();
            assertThat(due).as("an end settles every block").isZero();
        }
    }

    private void verdict(BlockVerdict.Resolved resolved, String caller) {
        assertThat(blocked).containsKey(resolved.id());
        String decider = counted.computeIfAbsent(resolved.id(), name -> caller);
        assertThat(resolved.first()).as("counted by its decider alone").isEqualTo(decider.equals(caller));
        assertThat(resolved.falsePositive()).isEqualTo(!resolved.delay().isZero());
    }
}
