package dev.sedano.worker.amqp;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Rewrites the field type {@code L} (py-amqp's signed 64-bit integer) to {@code l} (AMQP 0-9-1 errata, RabbitMQ) in
 * content header frames. Both have eight bytes, so the frame keeps its length.
 *
 * <p>Tables and arrays nested deeper than any Celery message has them become byte arrays, which have the same layout: the
 * client would close the connection on them, and the redelivered message the next one.
 */
final class HeaderFrames {
    private static final int PROPERTY_FLAGS_AT = 12;
    private static final int CONTENT_TYPE = 0x8000;
    private static final int CONTENT_ENCODING = 0x4000;
    private static final int HEADERS = 0x2000;
    private static final int DEEPEST = 24;

    private HeaderFrames() {}

    /** Corrects the frame in place. What cannot be walked through is left to the client's own parser. */
    static void correct(Frame frame) {
        if (frame.getType() != AMQP.FRAME_HEADER) {
            return;
        }
        ByteBuffer header = ByteBuffer.wrap(frame.getPayload());
        try {
            header.position(PROPERTY_FLAGS_AT);
            int flags = header.getShort() & 0xffff;
            if ((flags & CONTENT_TYPE) != 0) {
                shortText(header);
            }
            if ((flags & CONTENT_ENCODING) != 0) {
                shortText(header);
            }
            if ((flags & HEADERS) != 0) {
                table(header, 0);
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            // Truncated or unknown content: the client reports it better than we can.
            return;
        }
    }

    private static void table(ByteBuffer header, int depth) {
        int end = header.getInt() + header.position();
        while (header.position() < end) {
            shortText(header);
            value(header, depth);
        }
    }

    private static void array(ByteBuffer header, int depth) {
        int end = header.getInt() + header.position();
        while (header.position() < end) {
            value(header, depth);
        }
    }

    private static void value(ByteBuffer header, int depth) {
        int at = header.position();
        char type = (char) header.get();
        switch (type) {
            case 'L' -> {
                header.put(at, (byte) 'l');
                skip(header, 8);
            }
            case 'l', 'd', 'T' -> skip(header, 8);
            case 't', 'b', 'B' -> skip(header, 1);
            case 's', 'u' -> skip(header, 2);
            case 'I', 'i', 'f' -> skip(header, 4);
            case 'D' -> skip(header, 5);
            case 'S', 'x' -> skip(header, header.getInt());
            case 'V' -> skip(header, 0);
            case 'F', 'A' -> {
                if (depth >= DEEPEST) {
                    header.put(at, (byte) 'x');
                    skip(header, header.getInt());
                } else if (type == 'F') {
                    table(header, depth + 1);
                } else {
                    array(header, depth + 1);
                }
            }
            default -> throw new IllegalArgumentException("field type " + type);
        }
    }

    private static void shortText(ByteBuffer header) {
        skip(header, header.get() & 0xff);
    }

    private static void skip(ByteBuffer header, int bytes) {
        header.position(header.position() + bytes);
    }
}
