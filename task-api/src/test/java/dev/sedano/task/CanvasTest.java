package dev.sedano.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CanvasTest {
    private static final Signature ADD = Signature.of("t.add", 1);
    private static final Signature REPORT = Signature.of("t.report");

    @Test
    void callbacksAreOptions_inOrder_andTheValueStays() {
        Signature linked = ADD.link(REPORT).link(Canvas.group(ADD)).onError(REPORT);

        assertThat(linked.options()).containsEntry("link", List.of(REPORT, Canvas.group(ADD)));
        assertThat(linked.options()).containsEntry("link_error", List.of(REPORT));
        assertThat(ADD.options()).isEmpty();
    }

    @Test
    void errbackOfAGroup_isThatOfEachMember() {
        Canvas.Group group = Canvas.group(ADD, Canvas.chain(ADD, ADD)).onError(REPORT);

        assertThat(group.tasks())
                .allSatisfy(member -> assertThat(member.options()).containsEntry("link_error", List.of(REPORT)));
        assertThat(group.options()).isEmpty();
    }

    @Test
    void chordKeepsHeaderAndBody() {
        Canvas.Chord chord = Canvas.chord(Canvas.group(ADD), REPORT).link(ADD).option("priority", 3);

        assertThat(chord.header().tasks()).containsExactly(ADD);
        assertThat(chord.body()).isEqualTo(REPORT);
        assertThat(chord.options()).containsEntry("priority", 3).containsEntry("link", List.of(ADD));
        assertThat(ADD.asImmutable().immutable()).isTrue();
    }
}
