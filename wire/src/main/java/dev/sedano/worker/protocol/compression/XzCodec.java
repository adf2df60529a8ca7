package dev.sedano.worker.protocol.compression;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;

/** Xz of XZ for Java. The dictionary is allocated as the header asks, so it has a limit of its own. */
final class XzCodec implements Compression.Codec {
    /** In KiB; Python's presets up to 9 need 65 MiB. */
    private static final int MOST_MEMORY = 66 * 1024;

    @Override
    public InputStream unpack(InputStream packed, SizeLimits limits) throws IOException {
        return new Limited(new XZInputStream(packed, MOST_MEMORY));
    }

    @Override
    public OutputStream pack(OutputStream packed, int size) throws IOException {
        LZMA2Options options = new LZMA2Options();
        // The encoder's memory grows with the dictionary, which need not be larger than the text.
        options.setDictSize(Math.max(LZMA2Options.DICT_SIZE_MIN, Math.min(size, LZMA2Options.DICT_SIZE_DEFAULT)));
        return new XZOutputStream(packed, options);
    }

    /** The memory that a block asks for is known only when it begins. */
    private static final class Limited extends FilterInputStream {
        Limited(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            try {
                return in.read(bytes, from, length);
            } catch (MemoryLimitException e) {
                throw CompressionException.beyondLimit("body: its lzma dictionary needs " + e.getMemoryNeeded()
                        + " KiB, more than " + MOST_MEMORY + "; compress with preset 9 or less");
            }
        }
    }
}
