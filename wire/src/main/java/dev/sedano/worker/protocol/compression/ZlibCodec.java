package dev.sedano.worker.protocol.compression;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Zlib of the JDK. */
final class ZlibCodec implements Compression.Codec {
    @Override
    public InputStream unpack(InputStream packed, SizeLimits limits) {
        return new Checked(packed, new Inflater());
    }

    @Override
    public OutputStream pack(OutputStream packed, int size) {
        return new DeflaterOutputStream(packed);
    }

    /** InflaterInputStream takes a stream that asks for a dictionary for one that is over. */
    private static final class Checked extends FilterInputStream {
        private final Inflater inflater;

        Checked(InputStream packed, Inflater inflater) {
            super(new InflaterInputStream(packed, inflater));
            this.inflater = inflater;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = in.read(bytes, from, length);
            if (read < 0 && !inflater.finished()) {
                throw new EOFException("the stream needs a dictionary");
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            inflater.end();
            super.close();
        }
    }
}
