package dev.sedano.worker.idempotency.redis;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/** A socket that has its bytes counted, also while a large write is under way. */
final class MeteredSocket extends Socket {
    private static final int CHUNK = 1 << 16;

    private final Meter meter;

    MeteredSocket(Meter meter) {
        this.meter = meter;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                int one = super.read();
                meter.read(one < 0 ? 0 : 1);
                return one;
            }

            @Override
            public int read(byte[] into, int from, int most) throws IOException {
                int count = super.read(into, from, most);
                meter.read(count);
                return count;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                for (int i = 0; i < length; i += CHUNK) {
                    int count = Math.min(CHUNK, length - i);
                    out.write(bytes, from + i, count);
                    meter.wrote(count);
                }
            }
        };
    }
}
