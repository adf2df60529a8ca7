package dev.sedano.worker.protocol.compression;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/** Bzip2 of Commons Compress. A block is at most 900 kB, so memory is bounded. */
final class Bzip2Codec implements Compression.Codec {
    @Override
    public InputStream unpack(InputStream packed, SizeLimits limits) throws IOException {
        return new BZip2CompressorInputStream(packed, true);
    }

    @Override
    public OutputStream pack(OutputStream packed, int size) throws IOException {
        return new BZip2CompressorOutputStream(packed, BZip2CompressorOutputStream.chooseBlockSize(size));
    }
}
