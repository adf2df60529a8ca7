package dev.sedano.worker.protocol.compression;

/**
 * How far a body may unpack: a few kilobytes can stand for gigabytes.
 *
 * @param maxBytes most bytes after unpacking
 * @param maxRatio most bytes after unpacking per compressed byte
 * @param anyRatioBytes up to here the ratio does not matter, since small texts of one letter compress extremely well
 */
public record SizeLimits(int maxBytes, int maxRatio, int anyRatioBytes) {
    /** 64 MiB; 250 times the compressed size, once beyond 4 MiB. */
    public static final SizeLimits DEFAULT = new SizeLimits(64 << 20, 250, 4 << 20);

    /** @throws IllegalArgumentException if one of them is not positive */
    public SizeLimits {
        if (maxBytes < 1 || maxRatio < 1 || anyRatioBytes < 1) {
            throw new IllegalArgumentException(
                    "limits must be positive: " + maxBytes + ", " + maxRatio + ", " + anyRatioBytes);
        }
    }

    /** @throws CompressionException if {@code unpacked} bytes are too many for {@code packed} ones */
    void check(long unpacked, int packed, String method) {
        if (unpacked > maxBytes) {
            throw CompressionException.beyondLimit("body: unpacks by " + method + " to more than " + maxBytes
                    + " bytes; send less, or a reference to it");
        }
        if (unpacked > anyRatioBytes && unpacked > (long) maxRatio * packed) {
            throw CompressionException.beyondLimit("body: " + packed + " bytes of " + method + " unpack to more than "
                    + maxRatio + " times their size; send it without compression");
        }
    }
}
