package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class HandlerPaceTest {
    private static final long MILLI = Duration.ofMillis(1).toNanos();
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final HandlerPace pace = new HandlerPace();

    private double perSecond(int slots, long... running) {
        return pace.perNano(slots, LongStream.of(running)) * 1e9;
    }

    @Test
    void nothingIsKnownBeforeSomeHaveEnded() {
        assertThat(perSecond(2)).isZero();
        assertThat(perSecond(2, MILLI, MILLI)).isZero();

        pace.ended(MILLI);
        pace.ended(MILLI);
        assertThat(perSecond(2)).isZero();
        pace.ended(MILLI);

        assertThat(perSecond(2)).isCloseTo(2_000, within(1.0));
    }

    @Test
    void theFirstLongOnes_areTakenAtTheirWord() {
        for (int i = 0; i < 3; i++) {
            pace.ended(1_000 * MILLI);
        }

        assertThat(perSecond(2)).isCloseTo(2, within(0.01));
    }

    @Test
    void whoRunsLongerThanTheOthers_countsByHowLongItHas() {
        for (int i = 0; i < 1_000; i++) {
            pace.ended(MILLI);
        }

        assertThat(perSecond(2, MILLI / 2, 0)).as("both are as fast").isCloseTo(2_000, within(1.0));
        assertThat(perSecond(2, HOUR)).as("one slot is left").isCloseTo(1_000, within(1.0));
        assertThat(perSecond(2, HOUR, 500 * MILLI)).isCloseTo(2, within(0.1));
    }

    @Test
    void whatIsFasterOrSlowerFromNowOn_showsSoon() {
        for (int i = 0; i < 1_000; i++) {
            pace.ended(MILLI);
        }
        for (int i = 0; i < 60; i++) {
            pace.ended(100 * MILLI);
        }

        assertThat(perSecond(1)).isCloseTo(10, Percentage.withPercentage(10));
    }

    @Test
    void inThePipeline_runningHandlersCount_andEndedOnes() {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            if (context.id().startsWith("long")) {
                finish.await();
            }
            return null;
        })) {
            InFlight inFlight = test.pipeline.inFlight();
            for (int i = 0; i < 20; i++) {
                test.pipeline.accept(test.delivery("short" + i));
            }
            await().until(() -> test.channel.settled.size() == 20);
            double fast = inFlight.handlersPerNano(2);
            test.pipeline.accept(test.delivery("long1"));
            test.pipeline.accept(test.delivery("long2"));
            await().until(() -> test.runs.size() == 22);

            test.ticker.forward(Duration.ofHours(1));

            assertThat(fast * 1e9).isGreaterThan(2);
            assertThat(inFlight.handlersPerNano(2) * HOUR).as("two in an hour").isLessThanOrEqualTo(2.01);
            finish.countDown();
            await().until(() -> test.channel.settled.size() == 22);
            assertThat(inFlight.handlersPerNano(2) * HOUR).isGreaterThan(2.1);
        }
    }
}
