package dev.sedano.worker.protocol.compression;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The compressions of kombu (kombu/compression.py), under the names that it gives them. Thread-safe. */
public enum Compression {
    /** Zlib streams (RFC 1950), although the name says gzip. */
    ZLIB("application/x-gzip", new ZlibCodec(), "gzip", "zlib"),
    /** As written by {@code bz2.compress}. */
    BZIP2("application/x-bz2", new Bzip2Codec(), "bzip2", "bzip"),
    /** The .xz container, although the name says LZMA. */
    XZ("application/x-lzma", new XzCodec(), "lzma", "xz"),
    /** Read only: there is no encoder without native code. */
    BROTLI("application/x-brotli", new BrotliCodec(), "brotli"),
    /** Zstandard frames (RFC 8878) without dictionaries. */
    ZSTD("application/zstd", new ZstdCodec(), "zstd", "zstandard");

    private static final int CHUNK = 16 * 1024;

    private final String mime;
    private final Codec codec;
    private final List<String> aliases;

    Compression(String mime, Codec codec, String... aliases) {
        this.mime = mime;
        this.codec = codec;
        this.aliases = List.of(aliases);
    }

    /** The value of the header {@code compression}. */
    public String mime() {
        return mime;
    }

    /** Whether {@link #compress} works. */
    public boolean writes() {
        return codec.writes();
    }

    /** The compression of a name: the value of the header, or one of kombu's aliases. Null if there is none. */
    public static @Nullable Compression of(String name) {
        for (Compression each : values()) {
            if (each.mime.equals(name) || each.aliases.contains(name)) {
                return each;
            }
        }
        return null;
    }

    /** The names that {@link #of} knows, for people. */
    public static String names() {
        return "gzip (zlib), bzip2, lzma (xz), brotli, zstd";
    }

    /**
     * The packed bytes.
     *
     * @throws UnsupportedOperationException if this compression is only read
     */
    public byte[] compress(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(Math.max(64, bytes.length / 2));
        try (OutputStream out = codec.pack(packed, bytes.length)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return packed.toByteArray();
    }

    /**
     * The unpacked bytes. Memory is bounded by {@code limits} and by the window that the compression allows.
     *
     * @throws CompressionException if {@code packed} is not of this compression, or unpacks beyond {@code limits}
     */
    public byte[] decompress(byte[] packed, SizeLimits limits) {
        if (packed.length == 0) {
            throw notOfIt(null); // some decoders take nothing for nothing
        }
        Unpacked unpacked = new Unpacked(packed.length);
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = codec.unpack(new ByteArrayInputStream(packed), limits)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                limits.check((long) unpacked.size() + read, packed.length, aliases.get(0));
                unpacked.write(chunk, 0, read);
            }
            return unpacked.toByteArray();
        } catch (CompressionException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Decoders meet hostile bytes with all sorts of unchecked exceptions, too.
            throw notOfIt(e);
        } catch (LinkageError e) {
            throw CompressionException.corrupt(
                    "header 'compression' says " + mime + ", whose native library cannot be loaded on this machine;"
                            + " send gzip",
                    e);
        }
    }

    private CompressionException notOfIt(@Nullable Exception cause) {
        return CompressionException.corrupt(
                "header 'compression' says " + mime
                        + ", but the body is not (all of) such a stream; send what the header says",
                cause);
    }

    private static final class Unpacked extends ByteArrayOutputStream {
        Unpacked(int packed) {
            super(Math.max(64, (int) Math.min(1 << 20, 4L * packed)));
        }
    }

    /** One compression's streams. */
    interface Codec {
        /** Throws {@link CompressionException} where the format itself tells that it is too large. */
        InputStream unpack(InputStream packed, SizeLimits limits) throws IOException;

        OutputStream pack(OutputStream packed, int size) throws IOException;

        default boolean writes() {
            return true;
        }
    }
}
