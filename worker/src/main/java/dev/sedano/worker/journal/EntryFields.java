package dev.sedano.worker.journal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A kind byte, then fields: tag byte, length in four bytes, value. Numbers take eight bytes; all are big-endian. */
final class EntryFields {
    private EntryFields() {}

    static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Writer(byte kind) {
            out.write(kind);
        }

        void bytes(int tag, byte @Nullable [] value) {
            if (value != null) {
                out.write(tag);
                out.writeBytes(ByteBuffer.allocate(4).putInt(value.length).array());
                out.writeBytes(value);
            }
        }

        void text(int tag, String value) {
            bytes(tag, value.getBytes(StandardCharsets.UTF_8));
        }

        void number(int tag, long value) {
            bytes(tag, ByteBuffer.allocate(8).putLong(value).array());
        }

        byte[] toBytes() {
            return out.toByteArray();
        }
    }

    static final class Reader {
        private final byte kind;
        private final Map<Integer, byte[]> values = new HashMap<>();

        /** @param tags one more than the highest tag that is known */
        Reader(byte[] bytes, int tags) throws UnreadableEntryException {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            if (!in.hasRemaining()) {
                throw new UnreadableEntryException("empty");
            }
            this.kind = in.get();
            while (in.hasRemaining()) {
                int tag = in.get() & 0xff;
                if (tag >= tags || values.containsKey(tag) || in.remaining() < 4) {
                    throw new UnreadableEntryException("field " + tag);
                }
                int length = in.getInt();
                if (length < 0 || length > in.remaining()) {
                    throw new UnreadableEntryException("length of field " + tag);
                }
                byte[] value = new byte[length];
                in.get(value);
                values.put(tag, value);
            }
        }

        byte kind() {
            return kind;
        }

        byte @Nullable [] bytes(int tag) {
            return values.get(tag);
        }

        String text(int tag) throws UnreadableEntryException {
            return new String(required(tag), StandardCharsets.UTF_8);
        }

        /** For fields that earlier versions did not write. */
        String textOr(int tag, String absent) {
            byte[] value = values.get(tag);
            return value == null ? absent : new String(value, StandardCharsets.UTF_8);
        }

        long number(int tag) throws UnreadableEntryException {
            byte[] value = required(tag);
            if (value.length != 8) {
                throw new UnreadableEntryException("number in field " + tag);
            }
            return ByteBuffer.wrap(value).getLong();
        }

        private byte[] required(int tag) throws UnreadableEntryException {
            byte[] value = values.get(tag);
            if (value == null) {
                throw new UnreadableEntryException("no field " + tag);
            }
            return value;
        }
    }
}
