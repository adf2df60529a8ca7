package dev.sedano.worker.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.canvas.CanvasGolden.Told;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What follows a task is what Celery's own worker makes of the same signatures, ids aside. */
class CanvasGoldenTest {
    static List<String> succeeding() {
        return CanvasGolden.names("success", "inherit", "body", "add");
    }

    static List<String> replacing() {
        return CanvasGolden.names("replace");
    }

    static List<String> failing() {
        return CanvasGolden.names("failure", "failed_body");
    }

    @ParameterizedTest
    @MethodSource("succeeding")
    void successLeadsToCelerysMessages(String name) {
        CanvasGolden golden = CanvasGolden.read(name);
        Told expected = golden.expected();
        Told actual = golden.actual();

        assertThat(actual.messages()).containsExactlyElementsOf(expected.messages());
        assertThat(actual.sizes()).containsExactlyInAnyOrderElementsOf(expected.sizesThatAreUsed());
        assertThat(actual.saved()).containsExactlyInAnyOrderElementsOf(expected.saved());
        assertThat(actual.children()).isEqualTo(expected.children());
        assertThat(actual.added()).isEqualTo(expected.added());
    }

    @ParameterizedTest
    @MethodSource("replacing")
    void replacementLeadsToCelerysMessages(String name) {
        CanvasGolden golden = CanvasGolden.read(name);
        Told expected = golden.expected();
        Told actual = golden.actual();

        assertThat(actual.messages()).containsExactlyElementsOf(expected.messages());
        assertThat(actual.sizes()).containsExactlyInAnyOrderElementsOf(expected.sizesThatAreUsed());
        assertThat(actual.saved()).containsExactlyInAnyOrderElementsOf(expected.saved());
    }

    /** Celery leaves some of those that wait without an answer; nobody who gets one there must miss it here. */
    @ParameterizedTest
    @MethodSource("failing")
    void failureReachesEverybodyWhomItReachesInCelery(String name) {
        CanvasGolden golden = CanvasGolden.read(name);
        Told expected = golden.expected();
        Told actual = golden.actual();

        assertThat(actual.messages()).containsExactlyInAnyOrderElementsOf(expected.messages());
        assertThat(actual.failed()).containsAll(expected.failed());
        assertThat(actual.parts()).containsAll(expected.parts()).doesNotHaveDuplicates();
    }
}
