package dev.sedano.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What can be read back of a journal: all of it, or all but what damage has hit. */
class JournalFormatTest {
    private static final long SALT = 0x1234_5678_9abc_def0L;
    private static final List<JournalEntry> ENTRIES = List.of(
            Entries.run("first"),
            Entries.block("second"),
            Entries.run("third", 8, new ResultWrite("celery-task-meta-third", Entries.RECORD, null)));

    /** A journal with these entries, and where each frame ends. */
    private record Written(byte[] bytes, List<Integer> ends) {}

    private static Written written(List<JournalEntry> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(JournalFormat.header(SALT));
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            out.writeBytes(JournalFormat.entry(SALT, i, entries.get(i)));
            ends.add(out.size());
        }
        return new Written(out.toByteArray(), ends);
    }

    private static List<String> texts(Iterable<JournalEntry> entries) {
        List<String> texts = new ArrayList<>();
        entries.forEach(entry -> texts.add(Entries.text(entry)));
        return texts;
    }

    @Test
    void entries_comeBackAsTheyWere() {
        JournalFormat.Contents contents = JournalFormat.read(written(ENTRIES).bytes());

        assertThat(texts(contents.open().values())).isEqualTo(texts(ENTRIES));
        assertThat(contents.torn()).isZero();
        assertThat(contents.unreadable()).isZero();
        assertThat(contents.salt()).isEqualTo(SALT);
    }

    @Test
    void absentResults_stayAbsent() {
        IdempotencyStore.Completion of =
                (IdempotencyStore.Completion) Entries.run("x").conclusion();
        JournalEntry bare = new JournalEntry.FinishedRun(
                "n",
                new IdempotencyStore.Completion(
                        of.key(), 1, 0, "", "x", "FAILURE", of.ttl(), 0, null, null, null, false),
                null);

        assertThat(texts(JournalFormat.read(written(List.of(bare)).bytes())
                        .open()
                        .values()))
                .isEqualTo(texts(List.of(bare)));
    }

    @Test
    void everyEndOfARun_isReadBack() {
        List<JournalEntry> ends = List.of(Entries.run("done"), Entries.handOff("retried"), Entries.parking("parked"));

        assertThat(texts(JournalFormat.read(written(ends).bytes()).open().values()))
                .isEqualTo(texts(ends));
    }

    @Test
    void doneEntries_areNotOpen() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(written(ENTRIES).bytes());
        out.writeBytes(JournalFormat.done(SALT, 0));
        out.writeBytes(JournalFormat.done(SALT, 2));

        assertThat(JournalFormat.read(out.toByteArray()).open()).containsOnlyKeys(1L);
    }

    @Test
    void aTailTornAnywhere_costsOnlyTheFrameItIsIn() {
        Written whole = written(ENTRIES);
        for (int size = JournalFormat.HEADER_BYTES; size < whole.bytes().length; size++) {
            JournalFormat.Contents contents = JournalFormat.read(Arrays.copyOf(whole.bytes(), size));
            int limit = size;
            long complete = whole.ends().stream().filter(end -> end <= limit).count();
            int end = complete == 0 ? JournalFormat.HEADER_BYTES : whole.ends().get((int) complete - 1);

            assertThat(contents.open()).as("cut to %s bytes", size).hasSize((int) complete);
            assertThat(contents.end()).as("cut to %s bytes", size).isEqualTo(end);
            assertThat(contents.torn()).as("cut to %s bytes", size).isEqualTo(size - end);
            assertThat(contents.unreadable()).as("cut to %s bytes", size).isZero();
        }
    }

    @Test
    void aTornHeader_isNone() {
        byte[] header = JournalFormat.header(SALT);
        for (int size = 0; size < header.length; size++) {
            assertThat(JournalFormat.hasHeader(Arrays.copyOf(header, size))).isFalse();
        }
        assertThat(JournalFormat.hasHeader(header)).isTrue();
    }

    @Test
    void aFlippedBit_costsOnlyTheFrameItIsIn() {
        Written whole = written(ENTRIES);
        for (int bit = 0; bit < whole.bytes().length * 8; bit++) {
            byte[] bytes = whole.bytes().clone();
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
            if (bit / 8 < JournalFormat.HEADER_BYTES) {
                assertThat(JournalFormat.hasHeader(bytes)).as("bit %s", bit).isFalse();
                continue;
            }
            int at = bit / 8;
            long hit = whole.ends().stream().filter(end -> end <= at).count();
            JournalFormat.Contents contents = JournalFormat.read(bytes);
            List<String> rest = new ArrayList<>(texts(ENTRIES));
            rest.remove((int) hit);

            assertThat(texts(contents.open().values())).as("bit %s", bit).isEqualTo(rest);
            assertThat(contents.unreadable() + Math.min(1, contents.torn()))
                    .as("bit %s is noticed", bit)
                    .isEqualTo(1);
        }
    }

    /** A result may hold anything, also what looks like a frame; another file's salt makes it none. */
    @Test
    void aFrameOfAnotherFile_isNoFrame() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(JournalFormat.header(SALT));
        out.writeBytes(JournalFormat.entry(SALT + 1, 1, Entries.run("planted")));

        assertThat(JournalFormat.read(out.toByteArray()).open()).isEmpty();
    }

    /** Of a later version: kept, counted, and not taken for something else. */
    @Test
    void anUnknownKindOrField_isUnreadable() {
        for (byte[] body : List.of(new byte[] {9}, new byte[] {1, 99, 0, 0, 0, 0}, new byte[] {1}, new byte[0])) {
            assertThatCode(() -> EntryCodec.decode(body)).isInstanceOf(UnreadableEntryException.class);
        }
    }

    @Test
    void garbage_neverThrows() {
        Random random = new Random(20_240_607);
        byte[] real = written(ENTRIES).bytes();
        byte[] body = EncodedRun.BYTES;
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[JournalFormat.HEADER_BYTES + random.nextInt(200)];
            random.nextBytes(bytes);
            byte[] mixed = real.clone();
            for (int i = random.nextInt(20); i >= 0; i--) {
                mixed[random.nextInt(mixed.length)] = (byte) random.nextInt();
            }
            byte[] field = body.clone();
            field[random.nextInt(field.length)] = (byte) random.nextInt();
            assertThatCode(() -> {
                        var unused = JournalFormat.hasHeader(bytes);
                        assertThat(JournalFormat.read(bytes).open()).isEmpty();
                        var contents = JournalFormat.read(mixed);
                        assertThat(contents.end()).isLessThanOrEqualTo(mixed.length);
                        decode(field);
                        decode(bytes);
                    })
                    .as("round %s", round)
                    .doesNotThrowAnyException();
        }
    }

    /** Behind the checksum nothing protects the decoder but itself. */
    private static final class EncodedRun {
        static final byte[] BYTES = EntryCodec.encode(Entries.run("fuzz"));
    }

    private static void decode(byte[] bytes) {
        try {
            assertThat(EntryCodec.decode(bytes)).isNotNull();
        } catch (UnreadableEntryException e) {
            assertThat(e).hasMessageNotContaining("SUCCESS");
        }
    }
}
