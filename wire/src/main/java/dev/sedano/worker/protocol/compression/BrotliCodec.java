package dev.sedano.worker.protocol.compression;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.brotli.dec.BrotliInputStream;

/** Brotli of Google's decoder. Its window is at most 16 MiB. */
final class BrotliCodec implements Compression.Codec {
    @Override
    public InputStream unpack(InputStream packed, SizeLimits limits) throws IOException {
        return new BrotliInputStream(packed);
    }

    @Override
    public OutputStream pack(OutputStream packed, int size) {
        throw new UnsupportedOperationException("brotli is read, not written; use zstd or gzip");
    }

    @Override
    public boolean writes() {
        return false;
    }
}
