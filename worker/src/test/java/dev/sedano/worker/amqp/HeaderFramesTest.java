package dev.sedano.worker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQContentHeader;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Header frames as py-amqp writes them, read by the Java client after their correction. */
class HeaderFramesTest {
    /** A content header with one header field of this name. */
    private static Frame frame(byte[] field) {
        ByteBuffer payload = ByteBuffer.allocate(14 + 4 + 2 + field.length);
        payload.putShort((short) 60).putShort((short) 0).putLong(0).putShort((short) 0x2000);
        payload.putInt(2 + field.length).put((byte) 1).put((byte) 'k').put(field);
        return new Frame(AMQP.FRAME_HEADER, 1, payload.array());
    }

    private static Map<String, Object> read(Frame frame) throws IOException {
        AMQContentHeader header =
                AMQImpl.readContentHeaderFrom(new DataInputStream(new ByteArrayInputStream(frame.getPayload())));
        return ((AMQP.BasicProperties) header).getHeaders();
    }

    private static byte[] nested(int levels) {
        byte[] inner = {'V'};
        for (int i = 0; i < levels; i++) {
            inner = ByteBuffer.allocate(1 + 4 + inner.length)
                    .put((byte) 'A')
                    .putInt(inner.length)
                    .put(inner)
                    .array();
        }
        return inner;
    }

    @Test
    void pythonsLongIntegers_areRead() throws IOException {
        byte[] field = ByteBuffer.allocate(9).put((byte) 'L').putLong(1L << 40).array();
        Frame frame = frame(field);

        HeaderFrames.correct(frame);

        assertThat(read(frame)).containsEntry("k", 1L << 40);
    }

    @Test
    void deepNesting_doesNotReachTheClientsLimit() {
        Frame frame = frame(nested(5_000));

        HeaderFrames.correct(frame);

        assertThatCode(() -> read(frame)).doesNotThrowAnyException();
    }

    @Test
    void shallowNesting_isLeftAlone() throws IOException {
        Frame frame = frame(nested(3));
        byte[] before = frame.getPayload().clone();

        HeaderFrames.correct(frame);

        assertThat(frame.getPayload()).isEqualTo(before);
    }

    @Test
    void truncatedFrames_areLeftToTheClient() {
        Frame frame = new Frame(AMQP.FRAME_HEADER, 1, new byte[] {0, 60, 0});

        assertThatCode(() -> HeaderFrames.correct(frame)).doesNotThrowAnyException();
    }
}
