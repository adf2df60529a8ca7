package dev.sedano.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StopRequestTest {
    private final StopRequest stop = new StopRequest();

    @Test
    void askedGently_endsAfterWhatRuns_howeverOften() {
        stop.askGently();
        stop.askGently();
        stop.askGently();

        assertThat(stop.isMade()).isTrue();
        assertThat(stop.isForNow()).isFalse();
    }

    @Test
    void theSecondSignalIsForNow_whateverWasAskedGently() {
        stop.askGently();
        stop.ask();
        assertThat(stop.isForNow()).isFalse();

        stop.askGently();
        assertThat(stop.isForNow()).isFalse();

        stop.ask();
        assertThat(stop.isForNow()).isTrue();
    }
}
