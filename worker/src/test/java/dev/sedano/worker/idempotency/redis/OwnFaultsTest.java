package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.sedano.worker.LogCapture;
import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.StoreListener;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A pipeline whose own code fails. */
class OwnFaultsTest {
    @Test
    void faultsOfThePipelinesOwnCode_failEachCall_andAreToldOnceWithTheirStack() {
        StoreRound.Connector faulty = new StoreRound.Connector() {
            @Override
            public Session session(long deadline) {
                throw new UnforeseenError();
            }

            @Override
            public void drop() {}

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
        StoreRound round = new StoreRound(faulty, Durability.NONE, StoreListener.NONE, StoreRound.Diversion.NONE);
        try (LogCapture log = new LogCapture(OwnFaults.class);
                ScriptPipeline pipeline = new ScriptPipeline("faulty", 10, faulty, round, new StoreWatchdog())) {
            pipeline.start();
            for (int i = 0; i < 3; i++) {
                SessionCall<String> call = new SessionCall<>(TimeUnit.SECONDS.toNanos(10), session -> "ran");
                StoreException failure = Calls.failure(pipeline.submit(call));
                assertThat(failure.kind()).isEqualTo(Kind.SCRIPT);
                assertThat(failure.effect()).isEqualTo(Effect.UNKNOWN);
                assertThat(failure).hasCauseInstanceOf(UnforeseenError.class);
            }

            ILoggingEvent told = assertThat(log.events()).singleElement().actual();
            assertThat(told.getThrowableProxy().getClassName()).contains("UnforeseenError");
            assertThat(told.getThrowableProxy()
                            .getStackTraceElementProxyArray()[0]
                            .getSTEAsString())
                    .contains("OwnFaultsTest");
        }
    }

    private static final class UnforeseenError extends Error {
        private static final long serialVersionUID = 1;
    }
}
