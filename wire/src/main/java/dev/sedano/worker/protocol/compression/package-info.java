/** The compressions that kombu registers, with limits on what they may unpack to. */
@NullMarked
package dev.sedano.worker.protocol.compression;

import org.jspecify.annotations.NullMarked;
