package dev.sedano.conformance.chaos;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.worker.idempotency.BlockVerdict;
import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.StepReply;
import dev.sedano.worker.idempotency.StoreStatus;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.TurnRequest;
import dev.sedano.worker.idempotency.Turns;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Writes down what the real store answers before the worker learns it, and ends the process at a {@link Failpoint}. */
public final class RecordingStore implements IdempotencyStore {
    private final IdempotencyStore real;
    private final ChaosLedger ledger;
    private final Failpoint failpoint;
    private final Set<String> blocks = ConcurrentHashMap.newKeySet();

    public RecordingStore(IdempotencyStore real, ChaosLedger ledger, Failpoint failpoint) {
        this.real = real;
        this.ledger = ledger;
        this.failpoint = failpoint;
    }

    @Override
    public CompletableFuture<ClaimReply> claim(Claim claim) {
        failpoint.reached(Failpoint.BEFORE_CLAIM);
        return before(real.claim(claim), reply -> {
            failpoint.reached(Failpoint.AFTER_CLAIM);
            String key = claim.key().key();
            if (reply instanceof ClaimReply.Granted granted) {
                ledger.write(
                        Event.GRANTED,
                        key,
                        claim.attempt(),
                        granted.token(),
                        granted.priorRun() != PriorRun.NONE,
                        granted.claimedAt(),
                        claim.taskId());
            } else if (reply instanceof ClaimReply.Duplicate duplicate) {
                write(Event.DUPLICATE, key, claim.attempt(), duplicate.token(), claim.taskId());
            } else if (reply instanceof ClaimReply.StaleAttempt stale) {
                write(Event.SUPERSEDED, key, claim.attempt(), stale.token(), claim.taskId());
            } else if (reply instanceof ClaimReply.Parked parked) {
                write(Event.PARKED, key, claim.attempt(), parked.token(), claim.taskId());
            } else if (reply instanceof ClaimReply.Conflict conflict) {
                write(Event.CONFLICT, key, claim.attempt(), conflict.token(), claim.taskId());
            }
        });
    }

    private void write(Event event, String key, long attempt, long token, String id) {
        ledger.write(event, key, attempt, token, false, 0, id);
    }

    @Override
    public CompletableFuture<CompleteReply> complete(Completion completion) {
        failpoint.reached(Failpoint.BEFORE_COMPLETE);
        return before(real.complete(completion), reply -> {
            concluded(Event.COMPLETE_OK, completion, completion.attempt(), reply);
            failpoint.reached(Failpoint.AFTER_COMPLETE);
        });
    }

    private void concluded(Event accepted, Conclusion conclusion, long attempt, CompleteReply reply) {
        String key = conclusion.key().key();
        if (reply instanceof CompleteReply.Recorded recorded) {
            write(accepted, key, attempt, conclusion.token(), conclusion.taskId());
            recorded.resolved().forEach(resolved -> verdict(key, resolved));
        } else {
            write(Event.STALE, key, attempt, conclusion.token(), conclusion.taskId());
        }
    }

    private void verdict(String key, BlockVerdict.Resolved resolved) {
        ledger.write(
                Event.VERDICT,
                key,
                0,
                0,
                resolved.falsePositive(),
                resolved.delay().toMillis(),
                resolved.id());
    }

    /** Hands a reply on after {@code told}, and failures as they are: the worker looks at their type. */
    private static <T> CompletableFuture<T> before(CompletableFuture<T> reply, Consumer<T> told) {
        CompletableFuture<T> handedOn = new CompletableFuture<>();
        reply.whenComplete((value, failure) -> {
            if (failure != null) {
                handedOn.completeExceptionally(failure);
            } else {
                told.accept(value);
                handedOn.complete(value);
            }
        });
        return handedOn;
    }

    @Override
    public CompletableFuture<BlockVerdict> reportBlocked(BlockedDelivery blocked) {
        if (blocks.add(blocked.id())) {
            ledger.write(
                    Event.BLOCK, blocked.key().key(), blocked.attempt(), 0, false, blocked.blockedAt(), blocked.id());
        }
        return before(real.reportBlocked(blocked), reply -> {
            if (reply instanceof BlockVerdict.Resolved resolved) {
                verdict(blocked.key().key(), resolved);
            }
        });
    }

    @Override
    public CompletableFuture<StoreStatus> hello() {
        return real.hello();
    }

    @Override
    public CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease) {
        long asked = System.currentTimeMillis();
        return before(real.renew(key, token, lease), reply -> {
            if (reply == RenewReply.RENEWED) {
                ledger.write(Event.RENEWED, key.key(), 0, token, false, asked, "");
            }
        });
    }

    @Override
    public CompletableFuture<CompleteReply> handOff(HandOff handOff) {
        return before(real.handOff(handOff), reply -> concluded(Event.HANDED_OFF, handOff, handOff.attempt(), reply));
    }

    @Override
    public CompletableFuture<Boolean> settle(TaskKey key, long token) {
        return before(real.settle(key, token), forgotten -> write(Event.SETTLED, key.key(), 0, token, ""));
    }

    @Override
    public CompletableFuture<RenewReply> start(TaskKey key, long token) {
        return real.start(key, token);
    }

    @Override
    public CompletableFuture<RenewReply> park(Parking parking) {
        return before(real.park(parking), reply -> {
            if (reply == RenewReply.RENEWED) {
                write(Event.PARKED, parking.key().key(), 0, parking.token(), parking.taskId());
            }
        });
    }

    @Override
    public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
        return before(real.step(key, token, change), reply -> {
            if (reply instanceof StepReply.Recorded && change instanceof StepChange.Begin) {
                write(Event.STEP_BEGUN, key.key(), 0, token, change.name());
            } else if (reply instanceof StepReply.Recorded && change instanceof StepChange.End) {
                write(Event.STEP_DONE, key.key(), 0, token, change.name());
            }
        });
    }

    @Override
    public CompletableFuture<Boolean> release(TaskKey key, String nonce) {
        return real.release(key, nonce);
    }

    @Override
    public CompletableFuture<Turns> takeTurns(TurnRequest request) {
        return real.takeTurns(request);
    }

    @Override
    public long estimatedNow() {
        return real.estimatedNow();
    }

    @Override
    public void close() {
        real.close();
    }
}
