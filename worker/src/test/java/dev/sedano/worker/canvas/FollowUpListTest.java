package dev.sedano.worker.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FollowUpListTest {
    private static final Map<String, Object> BODY = Map.of("task", "t.total", "args", List.of());

    private final FollowUpList lists = new FollowUpList(new CeleryJson());

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void everyKindComesBack() {
        FollowUp.Send send = new FollowUp.Send(new OutgoingMessage(
                "",
                "q",
                new MessageProperties("application/json", "utf-8", "a", "r", null, 3, Map.of("id", "a")),
                bytes("[[], {}, {}]")));
        FollowUp.Store store = new FollowUp.Store("b", null, bytes("{}"));
        FollowUp.ChordPart part = new FollowUp.ChordPart("g", "a", "root", 1, bytes("[1]"), Map.copyOf(BODY), 7);
        FollowUp.ChordSize size = new FollowUp.ChordSize("g", 2, bytes("{\"result\": []}"));
        FollowUp.ChordAddition addition = new FollowUp.ChordAddition("g", "c", 1);
        FollowUp.Call call = new FollowUp.Call(
                Map.of("task", "t.report", "args", List.of(7L), "kwargs", Map.of("to", "me")),
                Map.of("id", "a"),
                Map.of("exc_type", "ValueError"),
                "Traceback");

        List<FollowUp> read = lists.decode(lists.encode(List.of(send, store, part, size, addition, call)));

        assertThat(((FollowUp.Send) read.get(0)).message().properties())
                .isEqualTo(send.message().properties());
        assertThat(((FollowUp.Store) read.get(1)).taskId()).isEqualTo("b");
        assertThat(((FollowUp.ChordPart) read.get(2)).body()).isEqualTo(BODY);
        assertThat(((FollowUp.ChordPart) read.get(2)).priority()).isEqualTo(7);
        assertThat(((FollowUp.ChordSize) read.get(3)).size()).isEqualTo(2);
        assertThat(((FollowUp.ChordSize) read.get(3)).header()).isEqualTo(size.header());
        assertThat(read.get(4)).isEqualTo(addition);
        FollowUp.Call readCall = (FollowUp.Call) read.get(5);
        assertThat(readCall.args())
                .isEqualTo(Arrays.asList(Map.of("id", "a"), Map.of("exc_type", "ValueError"), "Traceback", 7L));
        assertThat(readCall.kwargs()).containsEntry("to", "me");
    }

    @Test
    void messageOfTheLargestSizeThatIsTaken_canBeRetried() {
        byte[] body = new byte[64 << 20];
        Arrays.fill(body, (byte) 0xe9); // no text, so that it is written as base64
        byte[] kept = lists.encode(List.of(new FollowUp.Send(new OutgoingMessage(
                "", "q", new MessageProperties(null, null, "a", null, null, null, Map.of()), body))));

        assertThat(lists.decode(kept))
                .singleElement()
                .isInstanceOfSatisfying(
                        FollowUp.Send.class,
                        send -> assertThat(Arrays.equals(send.message().body(), body))
                                .isTrue());
    }

    @Test
    void onlyWhatChordsAreTold_comesBeforeMessages() {
        assertThat(new FollowUp.ChordSize("g", 1, null).isPreparation()).isTrue();
        assertThat(new FollowUp.ChordAddition("g", "c", 1).isPreparation()).isTrue();
        assertThat(new FollowUp.Store("b", null, bytes("{}")).isPreparation()).isFalse();
    }

    @Test
    void listOfAnEarlierVersion_isRead() {
        List<FollowUp> read = lists.decode(bytes("[{\"result_of\": \"b\", \"reply_to\": null, \"record\":"
                + " {\"__type__\": \"bytes\", \"__value__\": \"{}\"}}]"));

        assertThat(read).hasSize(1);
        assertThat(((FollowUp.Store) read.get(0)).taskId()).isEqualTo("b");
    }

    @Test
    void sizeWithoutNumber_isRefused() {
        assertThatThrownBy(() -> lists.decode(bytes("[{\"chord_size_of\": \"g\"}]")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no size");
    }
}
