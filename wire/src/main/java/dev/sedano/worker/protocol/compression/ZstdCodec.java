package dev.sedano.worker.protocol.compression;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Zstandard of zstd-jni, which brings the reference implementation along. */
final class ZstdCodec implements Compression.Codec {
    /** The window is allocated as the frame asks. Encoders ask for no more than the text is long, if they know. */
    private static final int MOST_WINDOW_LOG = 26;

    @Override
    public InputStream unpack(InputStream packed, SizeLimits limits) throws IOException {
        ZstdInputStreamNoFinalizer in = new ZstdInputStreamNoFinalizer(packed);
        try {
            in.setLongMax(MOST_WINDOW_LOG);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
        return new Limited(in);
    }

    @Override
    public OutputStream pack(OutputStream packed, int size) throws IOException {
        return new ZstdOutputStreamNoFinalizer(packed);
    }

    private static final class Limited extends FilterInputStream {
        Limited(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            try {
                return in.read(bytes, from, length);
            } catch (ZstdIOException e) {
                if (e.getErrorCode() == Zstd.errFrameParameterWindowTooLarge()) {
                    throw CompressionException.beyondLimit("body: its zstd window is larger than 2^" + MOST_WINDOW_LOG
                            + " bytes; compress without 'long' mode");
                }
                throw e;
            }
        }
    }
}
