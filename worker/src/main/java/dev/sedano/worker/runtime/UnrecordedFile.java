package dev.sedano.worker.runtime;

import dev.sedano.worker.delivery.UnrecordedOutcomes;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.protocol.CeleryJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Outcomes of finished handlers that the store could not take before the worker ended: one JSON line each in {@code
 * unrecorded.jsonl}, forced to disk before the next, readable by the owner only. Thread-safe.
 */
final class UnrecordedFile implements UnrecordedOutcomes {
    private static final Logger LOG = LoggerFactory.getLogger(UnrecordedFile.class);

    private final Path file;
    private final CeleryJson json;
    private final AtomicInteger kept = new AtomicInteger();

    UnrecordedFile(Path stateDir, CeleryJson json) {
        this.file = stateDir.resolve("unrecorded.jsonl");
        this.json = json;
    }

    /** How many were kept by this worker. */
    int kept() {
        return kept.get();
    }

    @Override
    public synchronized void keep(IdempotencyStore.Conclusion completion) {
        kept.incrementAndGet();
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                ByteBuffer line = ByteBuffer.wrap(line(completion));
                while (line.hasRemaining()) {
                    channel.write(line);
                }
                channel.force(true);
            }
            LOG.error("task id {} ran but its outcome could not be recorded; it is in {}", completion.taskId(), file);
        } catch (IOException | RuntimeException e) {
            LOG.error(
                    "task id {} ran but its outcome could be written neither to the store nor to {}",
                    completion.taskId(),
                    file,
                    e);
        }
    }

    private byte[] line(IdempotencyStore.Conclusion conclusion) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("task_id", conclusion.taskId());
        fields.put("record", conclusion.key().record());
        fields.put("key", conclusion.key().key());
        fields.put("explicit", conclusion.key().explicit());
        fields.put("token", conclusion.token());
        if (conclusion instanceof IdempotencyStore.Completion completion) {
            fields.put("attempt", completion.attempt());
            fields.put("fingerprint", completion.fingerprint());
            fields.put("outcome", completion.outcome());
            fields.put("ttl_ms", completion.ttl().toMillis());
            fields.put("claimed_at", completion.claimedAt());
            fields.put("stored_result", completion.storedResult());
            fields.put("follow_ups", completion.followUps());
            fields.put("frees", completion.frees());
            addResult(fields, completion.result());
        } else if (conclusion instanceof IdempotencyStore.HandOff handOff) {
            fields.put("attempt", handOff.attempt());
            fields.put("fingerprint", handOff.fingerprint());
            fields.put("next", handOff.next());
            fields.put("next_fingerprint", handOff.nextFingerprint());
            fields.put("ttl_ms", handOff.keep().toMillis());
            fields.put("claimed_at", handOff.claimedAt());
            fields.put("follow_ups", handOff.followUps());
            addResult(fields, handOff.result());
        }
        byte[] text = json.encode(fields);
        byte[] line = java.util.Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        return line;
    }

    private static void addResult(Map<String, @Nullable Object> fields, IdempotencyStore.@Nullable ResultWrite result) {
        fields.put("result_key", result == null ? null : result.key());
        fields.put("result", result == null ? null : result.body());
    }
}
