package dev.sedano.worker.simulation;

import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.StepReply;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.protocol.CeleryJson;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Workers that use the store wrongly. */
final class NaiveClients {
    private NaiveClients() {}

    static IdempotencyStore of(NaiveDesign design, IdempotencyStore link, SimulatedWorker worker) {
        return switch (design) {
            case FAIL_OPEN -> new FailOpen(link);
            case ACK_ON_BUSY -> new AckOnBusy(link);
            case NACK_AFTER_HANDLER -> new NackAfterHandler(link, worker);
            case ACK_UNRECORDED -> new AckUnrecorded(link);
            case NO_RENEWAL -> new NoRenewal(link);
            case NO_RELEASE -> new NoRelease(link);
            case STEP_WITHOUT_BEGIN -> new StepWithoutBegin(link);
            case STEPS_PER_ATTEMPT -> new StepsPerAttempt(link);
            case PARKS_UNTOLD -> new ParksUntold(link);
            case NO_HAND_OFF -> new NoHandOff(link);
            case FOLLOW_UPS_NOT_KEPT -> new FollowUpsNotKept(link);
            case FOLLOW_UPS_FIRST -> new FollowUpsFirst(link, worker);
            default -> link;
        };
    }

    private static final class FailOpen extends ForwardingStore {
        private long made = 1;

        FailOpen(IdempotencyStore link) {
            super(link);
        }

        @Override
        public CompletableFuture<ClaimReply> claim(Claim claim) {
            return super.claim(claim)
                    .exceptionally(failure -> new ClaimReply.Granted(made++, PriorRun.NONE, estimatedNow()));
        }
    }

    private static final class AckOnBusy extends ForwardingStore {
        AckOnBusy(IdempotencyStore link) {
            super(link);
        }

        @Override
        public CompletableFuture<ClaimReply> claim(Claim claim) {
            return super.claim(claim)
                    .thenApply(reply -> reply instanceof ClaimReply.Busy busy
                            ? new ClaimReply.Duplicate(busy.token(), claim.taskId(), "SUCCESS", null, null)
                            : reply);
        }
    }

    private static final class NackAfterHandler extends ForwardingStore {
        private final SimulatedWorker worker;
        private final Map<Long, String> nonces = new HashMap<>();

        NackAfterHandler(IdempotencyStore link, SimulatedWorker worker) {
            super(link);
            this.worker = worker;
        }

        @Override
        public CompletableFuture<ClaimReply> claim(Claim claim) {
            return super.claim(claim).thenApply(reply -> {
                if (reply instanceof ClaimReply.Granted granted) {
                    nonces.put(granted.token(), claim.nonce());
                }
                return reply;
            });
        }

        @Override
        public CompletableFuture<CompleteReply> complete(Completion completion) {
            return super.complete(completion).exceptionally(failure -> {
                worker.nackNow(completion.taskId());
                release(completion.key(), nonces.getOrDefault(completion.token(), ""));
                return new CompleteReply.Recorded(false, false, List.of());
            });
        }
    }

    private static final class AckUnrecorded extends ForwardingStore {
        AckUnrecorded(IdempotencyStore link) {
            super(link);
        }

        @Override
        public CompletableFuture<CompleteReply> complete(Completion completion) {
            return super.complete(completion)
                    .exceptionally(failure -> new CompleteReply.Recorded(false, false, List.of()));
        }
    }

    private static final class NoRenewal extends ForwardingStore {
        NoRenewal(IdempotencyStore link) {
            super(link);
        }

        @Override
        public CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease) {
            return CompletableFuture.completedFuture(RenewReply.RENEWED);
        }
    }

    private static final class NoHandOff extends ForwardingStore {
        NoHandOff(IdempotencyStore link) {
            super(link);
        }

        @Override
        public CompletableFuture<CompleteReply> handOff(HandOff over) {
            return CompletableFuture.completedFuture(new CompleteReply.Recorded(false, false, List.of()));
        }
    }

    private static final class FollowUpsNotKept extends ForwardingStore {
        FollowUpsNotKept(IdempotencyStore link) {
            super(link);
        }

        @Override
        public CompletableFuture<CompleteReply> complete(Completion done) {
            return super.complete(new Completion(
                    done.key(),
                    done.token(),
                    done.attempt(),
                    done.fingerprint(),
                    done.taskId(),
                    done.outcome(),
                    done.ttl(),
                    done.claimedAt(),
                    done.result(),
                    done.storedResult(),
                    null,
                    done.frees()));
        }
    }

    private static final class FollowUpsFirst extends ForwardingStore {
        private final SimulatedWorker worker;
        private final FollowUpList lists = new FollowUpList(new CeleryJson());

        FollowUpsFirst(IdempotencyStore link, SimulatedWorker worker) {
            super(link);
            this.worker = worker;
        }

        @Override
        public CompletableFuture<CompleteReply> complete(Completion done) {
            byte[] kept = done.followUps();
            if (kept != null) {
                for (FollowUp each : lists.decode(kept)) {
                    if (each instanceof FollowUp.Send send) {
                        worker.publishBlindly(send.message());
                    }
                }
            }
            return super.complete(done);
        }
    }

    private static final class StepWithoutBegin extends ForwardingStore {
        StepWithoutBegin(IdempotencyStore link) {
            super(link);
        }

        @Override
        public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
            return super.step(
                    key, token, change instanceof StepChange.Begin ? new StepChange.Read(change.name()) : change);
        }
    }

    private static final class StepsPerAttempt extends ForwardingStore {
        private final Map<Long, Long> attempts = new HashMap<>();

        StepsPerAttempt(IdempotencyStore link) {
            super(link);
        }

        @Override
        public CompletableFuture<ClaimReply> claim(Claim claim) {
            return super.claim(claim).thenApply(reply -> {
                if (reply instanceof ClaimReply.Granted granted) {
                    attempts.put(granted.token(), claim.attempt());
                }
                return reply;
            });
        }

        @Override
        public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
            String name = change.name() + " of attempt " + attempts.get(token);
            StepChange own = change instanceof StepChange.Read
                    ? new StepChange.Read(name)
                    : change instanceof StepChange.Begin
                            ? new StepChange.Begin(name)
                            : change instanceof StepChange.End end
                                    ? new StepChange.End(name, end.value())
                                    : new StepChange.Undo(name);
            return super.step(key, token, own);
        }
    }

    private static final class ParksUntold extends ForwardingStore {
        ParksUntold(IdempotencyStore link) {
            super(link);
        }

        @Override
        public CompletableFuture<RenewReply> park(Parking parking) {
            return CompletableFuture.completedFuture(RenewReply.RENEWED);
        }
    }

    private static final class NoRelease extends ForwardingStore {
        NoRelease(IdempotencyStore link) {
            super(link);
        }

        @Override
        public CompletableFuture<Boolean> release(TaskKey key, String nonce) {
            return CompletableFuture.completedFuture(true);
        }
    }
}
