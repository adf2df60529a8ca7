package dev.sedano.worker.simulation;

import dev.sedano.worker.idempotency.BlockVerdict;
import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.StepReply;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Stores that decide wrongly. Their calls answer at once, as the store's beneath them. */
final class NaiveServers {
    private NaiveServers() {}

    static IdempotencyStore of(NaiveDesign design, IdempotencyStore store) {
        return switch (design) {
            case NO_TOKEN_CHECK -> new NoTokenCheck(store);
            case VERDICT_AT_REPORT -> new VerdictAtReport(store);
            case TOKENS_RESTART -> new TokensRestart(store);
            case NO_FINGERPRINT -> new OtherClaim(store, NaiveServers::withoutFingerprint);
            case RERUN_INSTEAD_OF_PARK -> new OtherClaim(store, NaiveServers::rerun);
            case TAKEOVER_ON_REDELIVERY -> new TakeoverOnRedelivery(store);
            case STEPS_FOR_ANYBODY -> new StepsForAnybody(store);
            case SILENT_RERUN -> new SilentRerun(store);
            case FORGETS_COMPLETIONS -> new ForgetsCompletions(store);
            default -> store;
        };
    }

    private static IdempotencyStore.Claim withoutFingerprint(IdempotencyStore.Claim of) {
        return new IdempotencyStore.Claim(
                of.key(),
                of.nonce(),
                of.attempt(),
                "same",
                of.taskId(),
                of.lease(),
                of.keep(),
                of.redelivered(),
                of.owner(),
                of.afterLeaseLoss(),
                of.maxCrashes());
    }

    private static IdempotencyStore.Claim rerun(IdempotencyStore.Claim of) {
        return new IdempotencyStore.Claim(
                of.key(),
                of.nonce(),
                of.attempt(),
                of.fingerprint(),
                of.taskId(),
                of.lease(),
                of.keep(),
                of.redelivered(),
                of.owner(),
                IdempotencyStore.AfterLeaseLoss.RERUN,
                of.maxCrashes());
    }

    private static final class OtherClaim extends ForwardingStore {
        private final Function<Claim, Claim> change;

        OtherClaim(IdempotencyStore store, Function<Claim, Claim> change) {
            super(store);
            this.change = change;
        }

        @Override
        public CompletableFuture<ClaimReply> claim(Claim claim) {
            return super.claim(change.apply(claim));
        }
    }

    private static final class NoTokenCheck extends ForwardingStore {
        NoTokenCheck(IdempotencyStore store) {
            super(store);
        }

        @Override
        public CompletableFuture<CompleteReply> complete(Completion done) {
            return super.complete(done)
                    .thenApply(reply -> reply instanceof CompleteReply.Stale
                            ? new CompleteReply.Recorded(false, true, List.of())
                            : reply);
        }
    }

    private static final class VerdictAtReport extends ForwardingStore {
        VerdictAtReport(IdempotencyStore store) {
            super(store);
        }

        @Override
        public CompletableFuture<BlockVerdict> reportBlocked(BlockedDelivery blocked) {
            return super.reportBlocked(blocked)
                    .thenApply(verdict -> new BlockVerdict.Resolved(
                            blocked.id(), verdict instanceof BlockVerdict.Pending, Duration.ofSeconds(1), true));
        }

        @Override
        public CompletableFuture<CompleteReply> complete(Completion done) {
            return super.complete(done)
                    .thenApply(reply -> reply instanceof CompleteReply.Recorded recorded
                            ? new CompleteReply.Recorded(recorded.replay(), recorded.resultWritten(), List.of())
                            : reply);
        }
    }

    private static final class TokensRestart extends ForwardingStore {
        private static final long BEFORE_ANY_LOSS = 1_000_000_000;
        private final Map<Long, Long> real = new HashMap<>();
        private final Map<Long, Long> shown = new HashMap<>();

        TokensRestart(IdempotencyStore store) {
            super(store);
        }

        @Override
        public CompletableFuture<ClaimReply> claim(Claim claim) {
            return super.claim(claim).thenApply(reply -> {
                if (reply instanceof ClaimReply.Granted grant) {
                    long own = shown.computeIfAbsent(grant.token(), token -> shown.size() + 1 + base());
                    real.put(own, grant.token());
                    return new ClaimReply.Granted(own, grant.priorRun(), grant.claimedAt());
                }
                return reply;
            });
        }

        private long base() {
            return hello().join().epoch().equals("epoch1") ? BEFORE_ANY_LOSS : 0;
        }

        @Override
        public CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease) {
            return super.renew(key, real.getOrDefault(token, token), lease);
        }

        @Override
        public CompletableFuture<Boolean> settle(TaskKey key, long token) {
            return super.settle(key, real.getOrDefault(token, token));
        }

        @Override
        public CompletableFuture<RenewReply> start(TaskKey key, long token) {
            return super.start(key, real.getOrDefault(token, token));
        }

        @Override
        public CompletableFuture<CompleteReply> complete(Completion done) {
            return super.complete(new Completion(
                    done.key(),
                    real.getOrDefault(done.token(), done.token()),
                    done.attempt(),
                    done.fingerprint(),
                    done.taskId(),
                    done.outcome(),
                    done.ttl(),
                    done.claimedAt(),
                    done.result(),
                    done.storedResult(),
                    done.followUps(),
                    done.frees()));
        }
    }

    private static final class TakeoverOnRedelivery extends ForwardingStore {
        private final Map<String, String> owner = new HashMap<>();

        TakeoverOnRedelivery(IdempotencyStore store) {
            super(store);
        }

        @Override
        public CompletableFuture<ClaimReply> claim(Claim claim) {
            String before = owner.get(claim.key().record());
            ClaimReply reply = super.claim(claim).join();
            if (reply instanceof ClaimReply.Busy && claim.redelivered() && before != null) {
                super.release(claim.key(), before).join();
                reply = super.claim(claim).join();
            }
            if (reply instanceof ClaimReply.Granted) {
                owner.put(claim.key().record(), claim.nonce());
            }
            return CompletableFuture.completedFuture(reply);
        }
    }

    private static final class StepsForAnybody extends ForwardingStore {
        StepsForAnybody(IdempotencyStore store) {
            super(store);
        }

        @Override
        public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
            return super.step(key, token, change)
                    .thenApply(reply -> reply instanceof StepReply.Stale
                            ? change instanceof StepChange.Read ? new StepReply.Free() : new StepReply.Recorded()
                            : reply);
        }
    }

    private static final class SilentRerun extends ForwardingStore {
        SilentRerun(IdempotencyStore store) {
            super(store);
        }

        @Override
        public CompletableFuture<ClaimReply> claim(Claim claim) {
            return super.claim(claim)
                    .thenApply(reply -> reply instanceof ClaimReply.Granted grant
                            ? new ClaimReply.Granted(grant.token(), PriorRun.NONE, grant.claimedAt())
                            : reply);
        }
    }

    private static final class ForgetsCompletions extends ForwardingStore {
        ForgetsCompletions(IdempotencyStore store) {
            super(store);
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
                    Duration.ofMillis(1),
                    done.claimedAt(),
                    done.result(),
                    done.storedResult(),
                    done.followUps(),
                    done.frees()));
        }
    }
}
