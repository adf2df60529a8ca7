package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreListener;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A connection that was cut between two rounds. */
class StoreRoundIT {
    private static final int MILLIS = 5_000;

    @Test
    void aConnectionCutBetweenRounds_isALostConnection_andNothingWasWritten() {
        try (PrivateRedis redis = new PrivateRedis()) {
            RedisEndpoint endpoint = RedisEndpoint.of(redis.uri());
            StoreSocket socket = new StoreSocket(endpoint, MILLIS);
            Session session = Session.open(endpoint, ScriptLibrary.bundled(), socket, MILLIS);
            AtomicInteger drops = new AtomicInteger();
            StoreRound.Connector connector = new StoreRound.Connector() {
                @Override
                public Session session(long deadline) {
                    return session;
                }

                @Override
                public void drop() {
                    drops.incrementAndGet();
                }

                @Override
                public void cut() {}

                @Override
                public Throughput moved() {
                    return Throughput.NONE;
                }

                @Override
                public boolean wasCut() {
                    return false;
                }
            };
            SessionCall<String> call = new SessionCall<>(TimeUnit.MILLISECONDS.toNanos(MILLIS), open -> "ran");
            socket.cut();

            new StoreRound(connector, Durability.NONE, StoreListener.NONE, StoreRound.Diversion.NONE)
                    .run(List.of(call), StoreClock.nanos() + TimeUnit.MILLISECONDS.toNanos(MILLIS));

            Throwable failure = catchThrowable(() -> call.future().join());
            assertThat(failure).isInstanceOf(CompletionException.class);
            assertThat(failure.getCause()).isInstanceOfSatisfying(StoreException.class, lost -> {
                assertThat(lost.kind()).isEqualTo(StoreException.Kind.CONNECTION_LOST);
                assertThat(lost.effect()).isEqualTo(StoreException.Effect.NONE);
            });
            assertThat(drops).hasValue(1);
        }
    }
}
