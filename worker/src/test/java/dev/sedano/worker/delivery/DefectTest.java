package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.TaskOptions;
import dev.sedano.worker.journal.Journal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What never should happen must neither lose a delivery nor keep it, and its slot, for ever. */
class DefectTest {
    private static final int MORE_THAN_THE_SLOTS = 600;

    @Test
    void afterTheAnswerToADuplicate_theDeliveryComesAgainLater() {
        TaskOptions byArgument = TaskOptions.builder().key("0").build();
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5, byArgument)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.counts.defect = "duplicate";

            test.pipeline.accept(test.delivery("b"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "wait defect");
            assertThat(test.channel.settled.get(1).settlement())
                    .isEqualTo(new Settlement.Wait(SettlementReason.DEFECT, Duration.ofSeconds(30)));
            assertThat(test.pipeline.inFlight().size()).isZero();
        }
    }

    @Test
    void errorWhileADeliveryIsTakenIn_leavesTheChannelAlone() {
        for (Error error : List.of(new StackOverflowError(), new OutOfMemoryError("made up"))) {
            TaskOptions extracting = TaskOptions.builder()
                    .key(call -> {
                        throw error;
                    })
                    .build();
            try (PipelineFixture test = new PipelineFixture((context, call) -> 5, extracting)) {
                test.pipeline.accept(test.delivery("a"));

                await().until(() -> test.channel.settled.size() == 1);
                assertThat(test.channel.reasons())
                        .containsExactly(error instanceof StackOverflowError ? "ack failed" : "wait defect");
            }
        }
    }

    @Test
    void inARun_freesTheSlot_andTheNextCopyRunsAnnounced() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5)) {
            test.counts.defect = "handlerEnded";
            for (int i = 0; i < MORE_THAN_THE_SLOTS; i++) {
                test.pipeline.accept(test.delivery("a" + i));
            }
            await().until(() -> test.channel.settled.size() == MORE_THAN_THE_SLOTS);
            assertThat(test.channel.reasons()).containsOnly("wait defect");
            assertThat(test.pipeline.inFlight().size()).isZero();
            test.counts.defect = "";
            test.store.advance(Duration.ofSeconds(31));

            test.pipeline.accept(test.delivery("a0"));

            await().until(() -> test.channel.settled.size() == MORE_THAN_THE_SLOTS + 1);
            assertThat(test.channel.reasons()).endsWith("ack succeeded");
            assertThat(test.announced).endsWith(true);
        }
    }

    @Test
    void atTheSlots_givesTheClaimBack() {
        PipelineFixture test =
                new PipelineFixture((context, call) -> 5, TaskOptions.DEFAULT, Journal.none(), Duration.ofMinutes(28));
        try (test) {
            test.refuseToExecute();

            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("wait defect");
            assertThat(test.pipeline.inFlight().size()).isZero();
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).as("granted again, not held").endsWith("wait defect");
        }
    }

    @Test
    void withoutAThread_givesTheClaimBack_andTheNextOneRuns() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5)) {
            test.oneSlot();
            test.noThreads = true;
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.noThreads = false;

            test.pipeline.accept(test.delivery("b"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("wait defect", "ack succeeded");
            assertThat(test.pipeline.inFlight().size()).isZero();
        }
    }
}
