package dev.sedano.worker.protocol.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CompressionTest {
    private static final byte[] TEXT = "[[1, \"ünï\"], {\"b\": true}, {}]".getBytes(StandardCharsets.UTF_8);

    /** {@code brotli.compress(b"a" * 100_000_000)} of Python's brotli 1.2. */
    private static final String BROTLI_BOMB =
            "y///P/glwuKxQCD3/o///3/wSwDEYRGA7v0f////4JcAiMMCAN37P/7//8EvARCHBQC693/8//+DXwIgDgsAdO//+P//B78EQBwWAOje"
                    + "//H//w9+CYA4LADQvf/j//8f/BIAcVgAoHv/x///P/glAOKwAED3/o///3/wSwDEYQGA7v0f////4JcAiMMCAN37v/wH"
                    + "r8MvARCHBQC62HU=";

    private static final Map<Compression, String> OF_PYTHON =
            Map.of(Compression.BROTLI, "iwiAW1sxLCAiw7xuw68iXSwge31dAw==");

    static Stream<Compression> writable() {
        return Stream.of(Compression.values()).filter(Compression::writes);
    }

    @ParameterizedTest
    @MethodSource("writable")
    void whatIsPacked_unpacksToTheSame(Compression compression) {
        Random random = new Random(7);
        for (int size : new int[] {0, 1, 31, 5_000, 2_000_000}) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);

            assertThat(compression.decompress(compression.compress(bytes), SizeLimits.DEFAULT))
                    .isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-gzip, ZLIB",
        "gzip, ZLIB",
        "zlib, ZLIB",
        "application/x-bz2, BZIP2",
        "bzip2, BZIP2",
        "bzip, BZIP2",
        "application/x-lzma, XZ",
        "lzma, XZ",
        "xz, XZ",
        "application/x-brotli, BROTLI",
        "brotli, BROTLI",
        "application/zstd, ZSTD",
        "zstd, ZSTD",
        "zstandard, ZSTD"
    })
    void namesAreThoseOfKombu(String name, Compression compression) {
        assertThat(Compression.of(name)).isEqualTo(compression);
        assertThat(Compression.of(name.toUpperCase(java.util.Locale.ROOT))).isNull();
    }

    @Test
    void brotli_isReadNotWritten() {
        byte[] packed = Base64.getDecoder().decode(Objects.requireNonNull(OF_PYTHON.get(Compression.BROTLI)));

        assertThat(new String(Compression.BROTLI.decompress(packed, SizeLimits.DEFAULT), StandardCharsets.UTF_8))
                .isEqualTo("[[1, \"ünï\"], {}]");
        assertThatThrownBy(() -> Compression.BROTLI.compress(TEXT))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("zstd");
    }

    /** Cut at every place, and with each byte changed: an error of ours, or (for streams without a checksum) bytes. */
    @ParameterizedTest
    @EnumSource(Compression.class)
    void damagedStreams_areRefusedInOurWords(Compression compression) {
        byte[] packed = packed(compression);
        for (int length = 0; length < packed.length; length++) {
            byte[] cut = Arrays.copyOf(packed, length);
            CompressionException refused = catchThrowableOfType(
                    CompressionException.class, () -> compression.decompress(cut, SizeLimits.DEFAULT));
            assertThat(refused).as("%d of %d bytes", length, packed.length).isNotNull();
            assertThat(refused).hasMessageContaining("'compression'").hasMessageContaining(compression.mime());
            assertThat(refused.beyondLimit()).isFalse();
        }
        for (int at = 0; at < packed.length; at++) {
            byte[] damaged = packed.clone();
            damaged[at] ^= 0x55;
            try {
                compression.decompress(damaged, SizeLimits.DEFAULT);
            } catch (CompressionException e) {
                assertThat(e).hasMessageNotContaining("ünï");
            }
        }
    }

    private static byte[] packed(Compression compression) {
        String ofPython = OF_PYTHON.get(compression);
        return ofPython == null
                ? compression.compress(TEXT)
                : Base64.getDecoder().decode(ofPython);
    }

    @ParameterizedTest
    @MethodSource("writable")
    void bombs_areStoppedBySize(Compression compression) {
        byte[] bomb = compression.compress(new byte[8 << 20]);
        SizeLimits limits = new SizeLimits(1 << 20, Integer.MAX_VALUE, 1 << 20);

        CompressionException refused =
                catchThrowableOfType(CompressionException.class, () -> compression.decompress(bomb, limits));

        assertThat(refused.beyondLimit()).isTrue();
        assertThat(refused)
                .hasMessageContaining("body")
                .hasMessageContaining("1048576")
                .hasMessageContaining("send");
    }

    @ParameterizedTest
    @MethodSource("writable")
    void bombs_areStoppedByRatio_beyondASizeThatNeverHurts(Compression compression) {
        byte[] bomb = compression.compress(new byte[8 << 20]);
        byte[] small = compression.compress(new byte[1 << 20]);
        SizeLimits limits = new SizeLimits(64 << 20, 250, 4 << 20);

        CompressionException refused =
                catchThrowableOfType(CompressionException.class, () -> compression.decompress(bomb, limits));

        assertThat(refused.beyondLimit()).isTrue();
        assertThat(refused).hasMessageContaining("250 times").hasMessageContaining("without compression");
        assertThat(compression.decompress(small, limits)).hasSize(1 << 20);
    }

    @Test
    void brotliBomb_isStopped() {
        byte[] bomb = Base64.getDecoder().decode(BROTLI_BOMB);

        CompressionException refused = catchThrowableOfType(
                CompressionException.class, () -> Compression.BROTLI.decompress(bomb, SizeLimits.DEFAULT));

        assertThat(refused.beyondLimit()).isTrue();
    }

    /** The header's name says gzip, but a gzip file is refused, as by Python. */
    @Test
    void gzipFile_isNoZlibStream() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(file)) {
            gzip.write(TEXT);
        }

        assertThatThrownBy(() -> Compression.ZLIB.decompress(file.toByteArray(), SizeLimits.DEFAULT))
                .isInstanceOf(CompressionException.class);
    }

    @Test
    void zlibStreamThatNeedsADictionary_isRefused() {
        Deflater deflater = new Deflater();
        deflater.setDictionary(TEXT);
        deflater.setInput(TEXT);
        deflater.finish();
        byte[] packed = new byte[100];
        int length = deflater.deflate(packed);
        deflater.end();

        assertThatThrownBy(() -> Compression.ZLIB.decompress(Arrays.copyOf(packed, length), SizeLimits.DEFAULT))
                .isInstanceOf(CompressionException.class);
    }

    /** Headers that ask for gigabytes of memory before the first byte comes out. */
    @Test
    void hugeDictionariesAndWindows_areRefusedBeforeTheyAreAllocated() throws IOException {
        ByteArrayOutputStream xz = new ByteArrayOutputStream();
        org.tukaani.xz.LZMA2Options options = new org.tukaani.xz.LZMA2Options(0);
        options.setDictSize(256 << 20);
        try (var out = new org.tukaani.xz.XZOutputStream(xz, options)) {
            out.write(TEXT);
        }
        // A zstd frame whose window descriptor says 2^41 bytes, and an empty last block.
        byte[] zstd = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x00, (byte) 0xf8, 0x01, 0x00, 0x00};

        for (var hostile :
                Map.of(Compression.XZ, xz.toByteArray(), Compression.ZSTD, zstd).entrySet()) {
            CompressionException refused = catchThrowableOfType(
                    CompressionException.class,
                    () -> hostile.getKey().decompress(hostile.getValue(), SizeLimits.DEFAULT));
            assertThat(refused).as("%s", hostile.getKey()).isNotNull();
            assertThat(refused.beyondLimit()).as("%s", hostile.getKey()).isTrue();
            assertThat(refused).hasMessageContaining("compress with");
        }
    }
}
