package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.BlockVerdict;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.StepReply;
import dev.sedano.worker.idempotency.StoreListener;
import dev.sedano.worker.idempotency.Turns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the scripts' answers, and what they tell in passing: the store's time and its write counter. */
final class StoreReplies {
    private static final PriorRun[] PRIOR = {
        PriorRun.NONE, PriorRun.MAY_HAVE_RUN, PriorRun.STORE_LOST_DATA, PriorRun.TOO_MANY_CRASHES
    };

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
        return switch (word) {
            case "GRANTED" -> {
                long now = reply.number(3);
                clock.storeSaid(now);
                data.acknowledged(generation(reply, 5), reply.number(4));
                yield new ClaimReply.Granted(reply.number(1), PRIOR[(int) reply.number(2)], now);
            }
            case "BUSY" -> new ClaimReply.Busy(reply.number(1), Duration.ofMillis(reply.number(2)));
            case "DUPLICATE" -> {
                String first = reply.text(2);
                yield new ClaimReply.Duplicate(
                        reply.number(1),
                        first.isEmpty() ? taskId : first,
                        reply.text(3),
                        reply.bytes(4),
                        reply.bytes(5));
            }
            case "STALE_ATTEMPT" -> new ClaimReply.StaleAttempt(reply.number(1), reply.number(2), reply.bytes(3));
            case "FOLLOW_UPS" -> {
                byte[] left = reply.bytes(2);
                yield new ClaimReply.Unfinished(reply.number(1), left == null ? Bytes.NONE : left);
            }
            case "CONFLICT" -> new ClaimReply.Conflict(reply.number(1), reply.number(2) == 1);
            case "PARKED" -> new ClaimReply.Parked(reply.number(1), reply.text(2), reply.number(3), reply.text(4));
            case "UNSAFE" -> new ClaimReply.Unsafe(Duration.ofMillis(reply.number(1)));
            case "HELD_AFTER_LOSS" -> new ClaimReply.HeldAfterLoss();
            default -> throw reply.unexpected();
        };
    }

    RenewReply renewed(Reply reply) {
        return switch (reply.word()) {
            case "OK" -> {
                clock.storeSaid(reply.number(1));
                data.acknowledged(generation(reply, 3), reply.number(2));
                yield RenewReply.RENEWED;
            }
            case "STALE" -> RenewReply.STALE;
            case "ABSENT" -> RenewReply.ABSENT;
            default -> throw reply.unexpected();
        };
    }

    CompleteReply recorded(Reply reply, @Nullable ResultWrite result) {
        return switch (reply.word()) {
            case "OK" -> {
                data.acknowledged(generation(reply, 4), reply.number(3));
                String written = reply.text(2);
                if (written.equals("T") && result != null) {
                    listener.resultKeyOccupied(result.key());
                }
                yield new CompleteReply.Recorded(
                        reply.text(1).equals("replay"), written.equals("W"), resolved(reply.list(5)), reply.number(6));
            }
            case "STALE" -> new CompleteReply.Stale(reply.number(1));
            default -> throw reply.unexpected();
        };
    }

    /** Of release and settle: whether something was changed. */
    boolean changed(Reply reply) {
        return switch (reply.word()) {
            case "OK" -> {
                data.acknowledged(generation(reply, 2), reply.number(1));
                yield true;
            }
            case "NOT_MINE", "GONE" -> false;
            default -> throw reply.unexpected();
        };
    }

    StepReply step(Reply reply) {
        return switch (reply.word()) {
            case "FREE" -> new StepReply.Free();
            case "DONE" -> {
                byte[] value = reply.bytes(1);
                yield new StepReply.Done(value == null ? Bytes.NONE : value);
            }
            case "BEGUN" -> new StepReply.Begun(reply.number(1));
            case "OK" -> {
                data.acknowledged(generation(reply, 2), reply.number(1));
                yield new StepReply.Recorded();
            }
            case "STALE", "ABSENT" -> new StepReply.Stale();
            case "FULL" -> new StepReply.Full();
            default -> throw reply.unexpected();
        };
    }

    static BlockVerdict reported(Reply reply, String id) {
        return switch (reply.word()) {
            case "PENDING" -> new BlockVerdict.Pending();
            case "COUNTED" ->
                new BlockVerdict.Resolved(
                        id, reply.text(1).equals("F"), Duration.ofMillis(reply.number(2)), reply.number(3) == 1);
            default -> throw reply.unexpected();
        };
    }

    static Turns turns(Reply reply) {
        return switch (reply.word()) {
            case "TURNS" -> new Turns((int) reply.number(1), Duration.ofNanos(reply.number(2) * 1_000));
            case "NONE" -> new Turns(0, Duration.ofNanos(reply.number(1) * 1_000));
            default -> throw reply.unexpected();
        };
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
