package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.BlockVerdict;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.StoreListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads the scripts' answers, and what they tell in passing: the store's time and its write counter. */
final class StoreReplies {
    private static final PriorRun[] PRIOR = {PriorRun.NONE, PriorRun.MAY_HAVE_RUN, PriorRun.STORE_LOST_DATA};

    private final KnownData data;
    private final StoreClock clock;
    private final StoreListener listener;

    StoreReplies(KnownData data, StoreClock clock, StoreListener listener) {
        this.data = data;
        this.clock = clock;
        this.listener = listener;
    }

    ClaimReply claim(Reply reply, String taskId) {
        String word = reply.word();
        switch (word) {
            case "GRANTED":
                long now = reply.number(3);
                clock.storeSaid(now);
                data.acknowledged(generation(reply, 5), reply.number(4));
                return new ClaimReply.Granted(reply.number(1), PRIOR[(int) reply.number(2)], now);
            case "BUSY":
                return new ClaimReply.Busy(reply.number(1), Duration.ofMillis(reply.number(2)));
            case "DUPLICATE":
                String first = reply.text(2);
                return new ClaimReply.Duplicate(
                        reply.number(1), first.isEmpty() ? taskId : first, reply.text(3), reply.bytes(4));
            case "STALE_ATTEMPT":
                return new ClaimReply.StaleAttempt(reply.number(1), reply.number(2));
            case "CONFLICT":
                return new ClaimReply.Conflict(reply.number(1));
            case "PARKED":
                return new ClaimReply.Parked(reply.number(1));
            case "UNSAFE":
                return new ClaimReply.Unsafe(Duration.ofMillis(reply.number(1)));
            case "HELD_AFTER_LOSS":
                return new ClaimReply.HeldAfterLoss();
            default:
                throw reply.unexpected();
        }
    }

    RenewReply renewed(Reply reply) {
        switch (reply.word()) {
            case "OK":
                clock.storeSaid(reply.number(1));
                data.acknowledged(generation(reply, 3), reply.number(2));
                return RenewReply.RENEWED;
            case "STALE":
                return RenewReply.STALE;
            case "ABSENT":
                return RenewReply.ABSENT;
            default:
                throw reply.unexpected();
        }
    }

    CompleteReply completed(Reply reply, Completion completion) {
        switch (reply.word()) {
            case "OK":
                data.acknowledged(generation(reply, 4), reply.number(3));
                String written = reply.text(2);
                ResultWrite result = completion.result();
                if (written.equals("T") && result != null) {
                    listener.resultKeyOccupied(result.key());
                }
                return new CompleteReply.Recorded(
                        reply.text(1).equals("replay"), written.equals("W"), resolved(reply.list(5)));
            case "STALE":
                return new CompleteReply.Stale(reply.number(1));
            default:
                throw reply.unexpected();
        }
    }

    boolean released(Reply reply) {
        switch (reply.word()) {
            case "OK":
                data.acknowledged(generation(reply, 2), reply.number(1));
                return true;
            case "NOT_MINE":
                return false;
            default:
                throw reply.unexpected();
        }
    }

    static BlockVerdict reported(Reply reply, String id) {
        switch (reply.word()) {
            case "PENDING":
                return new BlockVerdict.Pending();
            case "COUNTED":
                return new BlockVerdict.Resolved(
                        id, reply.text(1).equals("F"), Duration.ofMillis(reply.number(2)), reply.number(3) == 1);
            default:
                throw reply.unexpected();
        }
    }

    private static List<BlockVerdict.Resolved> resolved(List<?> flat) {
        if (flat.isEmpty()) {
            return List.of();
        }
        Reply items = new Reply(flat);
        List<BlockVerdict.Resolved> all = new ArrayList<>();
        for (int i = 0; i < flat.size(); i += 4) {
            all.add(new BlockVerdict.Resolved(
                    items.text(i),
                    items.text(i + 1).equals("F"),
                    Duration.ofMillis(items.number(i + 2)),
                    items.number(i + 3) == 1));
        }
        return List.copyOf(all);
    }

    /** Absent after the store lost its data: then 0, which matches no generation. */
    private static long generation(Reply reply, int index) {
        return reply.bytes(index) == null ? 0 : reply.number(index);
    }
}
