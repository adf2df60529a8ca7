package dev.sedano.worker.journal;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The bytes of a journal file, big-endian:
 *
 * <pre>
 *   header  "SEDANOJ", version (1), salt (8), CRC32C of these (4)
 *   frame   mark (4), length of the payload (4), CRC32C of salt, length and payload (4), payload
 *   payload entry's number (8), type: 1 entry, 2 done (1), for an entry its {@link EntryCodec} bytes
 * </pre>
 *
 * The salt is random, so that no result which happens to hold a frame can be taken for one after damage.
 */
final class JournalFormat {
    static final int HEADER_BYTES = 20;

    private static final long MAGIC_AND_VERSION = 0x534544414e4f4a01L;
    private static final int MARK = 0xF5EDA20B;
    private static final int FRAME_HEAD = 12;
    private static final int PAYLOAD_HEAD = 9;
    private static final byte ENTRY = 1;
    private static final byte DONE = 2;

    private JournalFormat() {}

    /**
     * What a file holds.
     *
     * @param salt of its header
     * @param open entries without a done mark, by number, in order of writing
     * @param end offset behind the last whole frame; what follows is a torn tail
     * @param torn bytes behind {@code end}
     * @param unreadable damaged places between whole frames, and whole frames that are no entry of this version
     */
    record Contents(long salt, Map<Long, JournalEntry> open, int end, int torn, int unreadable) {}

    static byte[] header(long salt) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putLong(MAGIC_AND_VERSION).putLong(salt);
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, 16);
        return header.putInt((int) crc.getValue()).array();
    }

    static byte[] entry(long salt, long number, JournalEntry entry) {
        return frame(salt, number, ENTRY, EntryCodec.encode(entry));
    }

    static byte[] done(long salt, long number) {
        return frame(salt, number, DONE, new byte[0]);
    }

    private static byte[] frame(long salt, long number, byte type, byte[] body) {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_HEAD + PAYLOAD_HEAD + body.length);
        frame.putInt(MARK).putInt(PAYLOAD_HEAD + body.length).putInt(0);
        frame.putLong(number).put(type).put(body);
        return frame.putInt(8, checksum(salt, frame, FRAME_HEAD, PAYLOAD_HEAD + body.length))
                .array();
    }

    private static int checksum(long salt, ByteBuffer in, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(12).putLong(salt).putInt(length).flip());
        crc.update(in.slice(at, length));
        return (int) crc.getValue();
    }

    /** Whether the file begins as one of this version does; a shorter one was never used. */
    static boolean hasHeader(byte[] file) {
        if (file.length < HEADER_BYTES) {
            return false;
        }
        ByteBuffer in = ByteBuffer.wrap(file);
        CRC32C crc = new CRC32C();
        crc.update(file, 0, 16);
        return in.getLong(0) == MAGIC_AND_VERSION && in.getInt(16) == (int) crc.getValue();
    }

    /**
     * Reads what can be read. Damage costs the frames it hits, not those behind it.
     *
     * @param file a whole file that {@link #hasHeader}
     */
    static Contents read(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file);
        long salt = in.getLong(8);
        Map<Long, JournalEntry> open = new LinkedHashMap<>();
        int unreadable = 0;
        int end = HEADER_BYTES;
        for (int at = HEADER_BYTES; at < file.length; ) {
            int length = wholeFrame(salt, in, at);
            if (length < 0) {
                at++;
                continue;
            }
            if (at > end) {
                unreadable++;
            }
            if (!take(in, at + FRAME_HEAD, length, open)) {
                unreadable++;
            }
            at += FRAME_HEAD + length;
            end = at;
        }
        return new Contents(salt, open, end, file.length - end, unreadable);
    }

    /** The length of the payload of the frame at {@code at}, -1 if there is no whole one. */
    private static int wholeFrame(long salt, ByteBuffer in, int at) {
        if (in.limit() - at < FRAME_HEAD + PAYLOAD_HEAD || in.getInt(at) != MARK) {
            return -1;
        }
        int length = in.getInt(at + 4);
        boolean fits = length >= PAYLOAD_HEAD && length <= in.limit() - at - FRAME_HEAD;
        return fits && checksum(salt, in, at + FRAME_HEAD, length) == in.getInt(at + 8) ? length : -1;
    }

    private static boolean take(ByteBuffer in, int at, int length, Map<Long, JournalEntry> open) {
        long number = in.getLong(at);
        byte type = in.get(at + 8);
        if (type == DONE) {
            open.remove(number);
            return length == PAYLOAD_HEAD;
        } else if (type != ENTRY) {
            return false;
        }
        byte[] body = new byte[length - PAYLOAD_HEAD];
        in.get(at + PAYLOAD_HEAD, body);
        try {
            open.put(number, EntryCodec.decode(body));
            return true;
        } catch (UnreadableEntryException e) {
            return false;
        }
    }
}
