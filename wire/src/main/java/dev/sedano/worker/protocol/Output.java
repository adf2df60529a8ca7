package dev.sedano.worker.protocol;

import java.util.Arrays;

/** Bytes that grow up to a limit. For one thread. */
final class Output {
    private final int maxBytes;
    private final String format;
    private byte[] buffer = new byte[256];
    private int size;

    /** @param format the serialiser's name, for errors */
    Output(int maxBytes, String format) {
        this.maxBytes = maxBytes;
        this.format = format;
    }

    byte[] bytes() {
        return Arrays.copyOf(buffer, size);
    }

    void put(int octet) {
        room(1);
        buffer[size++] = (byte) octet;
    }

    /** The lowest {@code octets} bytes of {@code number}, highest first. */
    void put(long number, int octets) {
        room(octets);
        for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
            buffer[size++] = (byte) (number >>> shift);
        }
    }

    void put(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, size, bytes.length);
        size += bytes.length;
    }

    @SuppressWarnings("deprecation") // String.getBytes(int, int, byte[], int) is exact for ASCII and copies at once
    void ascii(String text) {
        room(text.length());
        text.getBytes(0, text.length(), buffer, size);
        size += text.length();
    }

    private void room(int more) {
        if (more > maxBytes - size) {
            throw new EncodingException("longer than " + maxBytes + " bytes as " + format, true);
        }
        if (more > buffer.length - size) {
            buffer = Arrays.copyOf(buffer, Math.max(size + more, (int) Math.min(2L * buffer.length, maxBytes)));
        }
    }
}
