package dev.sedano.worker.protocol;

import dev.sedano.worker.protocol.compression.SizeLimits;

/**
 * What a message may ask of the worker that decodes it. Beyond a limit it is poison with the reason {@code limit}. The
 * longest number has 10,000 digits ({@link CeleryJson}).
 *
 * @param size how far a compressed body may unpack
 * @param depth most levels of lists and maps in a body
 * @param headers most headers
 * @param headerDepth most levels of lists and tables in headers
 */
public record DecodeLimits(SizeLimits size, int depth, int headers, int headerDepth) {
    /** 64 MiB, ratio 250 beyond 4 MiB; 500 levels; 1,000 headers of 100 levels. */
    public static final DecodeLimits DEFAULT = new DecodeLimits(SizeLimits.DEFAULT, CeleryJson.DEEPEST, 1_000, 100);
}
