package dev.sedano.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.idempotency.Kept;
import dev.sedano.worker.journal.JournalEvents.Refusal;
import dev.sedano.worker.journal.JournalEvents.Replayed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal's own file, what it does when the disk does not want it, and what a later worker finds. */
class FileJournalTest {
    private static final long MOST = 1 << 20;

    private final Journaled events = new Journaled();

    @TempDir
    Path state;

    private JournalFolder folder() {
        return new JournalFolder(state, "w1@host");
    }

    private FileJournal journal() {
        return new FileJournal(folder(), MOST, events).start();
    }

    private List<Path> files() throws IOException {
        try (var all = Files.list(state.resolve("journal"))) {
            return all.sorted().toList();
        }
    }

    /** What the next worker would replay. */
    private List<String> left() {
        List<String> texts = new ArrayList<>();
        for (LeftJournal journal : folder().takeLeft(events)) {
            journal.open().values().forEach(entry -> texts.add(Entries.text(entry)));
            journal.close();
        }
        return texts;
    }

    private static boolean onDisk(Kept kept) throws Exception {
        return kept.durable().get(10, TimeUnit.SECONDS);
    }

    /** A copy of the file at this moment, as a crash would leave it. */
    private void crash(FileJournal journal) throws IOException {
        Path file = files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        journal.close();
        Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void whatIsNotDone_isThereAfterACrash_andReadableByItsOwnerOnly() throws Exception {
        FileJournal journal = journal();
        Kept first = journal.keep(Entries.run("first"));
        Kept second = journal.keep(Entries.run("second"));
        assertThat(onDisk(first)).isTrue();
        assertThat(onDisk(second)).isTrue();
        first.done();
        assertThat(onDisk(journal.keep(Entries.block("block")))).isTrue();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().get(0))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("journal"))))
                .isEqualTo("rwx------");
        assertThat(journal.finishedRuns()).isEqualTo(1);
        crash(journal);

        assertThat(left()).containsExactly(Entries.text(Entries.run("second")), Entries.text(Entries.block("block")));
        assertThat(events.written).hasValue(3);
    }

    @Test
    void whatIsOpenAtTheEnd_staysForTheNextWorker_andAnEmptyFileDoesNot() throws Exception {
        FileJournal journal = journal();
        Kept kept = journal.keep(Entries.run("open"));
        journal.close();
        assertThat(left()).containsExactly(Entries.text(Entries.run("open")));
        assertThat(onDisk(kept)).isTrue();

        FileJournal another = journal();
        Kept done = another.keep(Entries.run("done"));
        assertThat(onDisk(done)).isTrue();
        done.done();
        another.close();

        assertThat(files()).as("the first one's only").hasSize(1);
    }

    @Test
    void theFileBeginsAnew_whenAllIsDone() throws Exception {
        try (FileJournal journal = journal()) {
            for (int i = 0; i < 50; i++) {
                Kept kept = journal.keep(Entries.run("run-" + i));
                assertThat(onDisk(kept)).isTrue();
                kept.done();
            }

            await().until(() -> journal.bytes() == JournalFormat.HEADER_BYTES);
            assertThat(Files.size(files().get(0))).isEqualTo(JournalFormat.HEADER_BYTES);
        }
    }

    @Test
    void aLivingWorkersFile_isNotTaken() throws Exception {
        try (FileJournal living = journal()) {
            assertThat(onDisk(living.keep(Entries.run("mine")))).isTrue();

            assertThat(left()).isEmpty();
            assertThat(files()).hasSize(1);
        }
    }

    /** Another process asks for the lock; within one process the system would grant it again. */
    private static boolean lockedForOthers(Path file) throws Exception {
        Process asks = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import fcntl,sys; fcntl.lockf(open(sys.argv[1],'r+'), fcntl.LOCK_EX|fcntl.LOCK_NB)",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(asks.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return asks.waitFor() != 0 && said.contains("BlockingIOError");
    }

    @Test
    void lookingForLeftFiles_doesNotGiveTheLocksOfTheLivingUp() throws Exception {
        try (FileJournal living = journal()) {
            assertThat(lockedForOthers(files().get(0))).isTrue();

            assertThat(left()).isEmpty();

            assertThat(lockedForOthers(files().get(0))).isTrue();
            assertThat(living.open()).isZero();
        }
    }

    @Test
    void twoWorkersOfOneName_haveAFileEach() throws Exception {
        try (FileJournal one = journal();
                FileJournal two = journal()) {
            assertThat(onDisk(one.keep(Entries.run("one")))).isTrue();
            assertThat(onDisk(two.keep(Entries.run("two")))).isTrue();

            assertThat(files()).hasSize(2);
        }
    }

    @Test
    void aFullJournal_refusesWithoutWaiting_andTakesMoreWhenItIsEmptyAgain() throws Exception {
        long most = JournalFormat.HEADER_BYTES + 2L * JournalFormat.entry(0, 1, Entries.run("run-0")).length;
        try (FileJournal journal = new FileJournal(folder(), most, events).start()) {
            Kept first = journal.keep(Entries.run("run-1"));
            Kept second = journal.keep(Entries.run("run-2"));
            assertThat(onDisk(first)).isTrue();
            assertThat(onDisk(second)).isTrue();

            assertThat(onDisk(journal.keep(Entries.run("run-3")))).isFalse();

            assertThat(events.refused).containsExactly(Refusal.FULL);
            assertThat(journal.finishedRuns()).isEqualTo(3);
            first.done();
            second.done();
        }
        assertThat(left()).as("tried again at the end").containsExactly(Entries.text(Entries.run("run-3")));
        assertThat(events.refused).as("counted once").hasSize(1);
    }

    /** A disk with a fault that can be switched on. */
    private static final class FaultyDisk implements JournalDisk {
        private final JournalDisk real;
        volatile int failAfterBytes = Integer.MAX_VALUE;
        volatile boolean failForce;
        final CountDownLatch asked = new CountDownLatch(1);
        volatile CountDownLatch gate = new CountDownLatch(0);

        FaultyDisk(JournalDisk real) {
            this.real = real;
        }

        @Override
        public void write(ByteBuffer bytes, long at) throws IOException {
            if (gate.getCount() > 0) {
                asked.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            if (bytes.remaining() > failAfterBytes) {
                bytes.limit(bytes.position() + failAfterBytes);
                real.write(bytes, at);
                throw new IOException("No space left on device");
            }
            real.write(bytes, at);
        }

        @Override
        public void force() throws IOException {
            if (failForce) {
                throw new IOException("Input/output error");
            }
            real.force();
        }

        @Override
        public void truncate(long size) throws IOException {
            if (failAfterBytes < Integer.MAX_VALUE) {
                throw new IOException("Input/output error");
            }
            real.truncate(size);
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }

    private @Nullable FaultyDisk disk;

    private FaultyDisk faulty() {
        return Objects.requireNonNull(disk, "nothing is opened yet");
    }

    private FileJournal faultyJournal() {
        return new FileJournal(
                        new JournalWriter(folder(), MOST, channel -> disk = new FaultyDisk(JournalDisk.of(channel))),
                        events)
                .start();
    }

    @Test
    void aFullDisk_refuses_andHalfAFrameDoesNoHarm() throws Exception {
        FileJournal journal = faultyJournal();
        assertThat(onDisk(journal.keep(Entries.run("before")))).isTrue();
        faulty().failAfterBytes = 31;
        assertThat(onDisk(journal.keep(Entries.run("refused")))).isFalse();
        assertThat(events.refused).containsExactly(Refusal.IO);
        byte[] torn = Files.readAllBytes(files().get(0));
        assertThat(JournalFormat.read(torn).open()).hasSize(1);
        assertThat(JournalFormat.read(torn).torn()).isEqualTo(31);

        faulty().failAfterBytes = Integer.MAX_VALUE;
        assertThat(onDisk(journal.keep(Entries.block("after")))).isTrue();
        crash(journal);

        assertThat(left()).startsWith(Entries.text(Entries.run("before")), Entries.text(Entries.block("after")));
        assertThat(events.replayed).doesNotContain(Replayed.UNREADABLE);
    }

    @Test
    void aFailedForce_isNotDurable() throws Exception {
        FileJournal journal = faultyJournal();
        faulty().failForce = true;

        assertThat(onDisk(journal.keep(Entries.run("not forced")))).isFalse();

        assertThat(events.refused).containsExactly(Refusal.IO);
        faulty().failForce = false;
        journal.close();
        assertThat(left()).as("tried again at the end").containsExactly(Entries.text(Entries.run("not forced")));
    }

    @Test
    void aDiskThatHangs_holdsNobodyUp() throws Exception {
        FileJournal journal = faultyJournal();
        faulty().gate = new CountDownLatch(1);
        Kept first = journal.keep(Entries.run("hangs"));
        assertThat(faulty().asked.await(10, TimeUnit.SECONDS)).isTrue();

        Kept second = journal.keep(Entries.run("behind"));
        first.done();

        assertThat(second.durable()).isNotDone();
        faulty().gate.countDown();
        assertThat(onDisk(second)).isTrue();
        journal.close();
        assertThat(left()).containsExactly(Entries.text(Entries.run("behind")));
    }

    @Test
    void aFolderThatCannotBeMade_refuses() throws Exception {
        Files.createFile(state.resolve("file"));
        try (FileJournal journal =
                new FileJournal(new JournalFolder(state.resolve("file"), "w@h"), MOST, events).start()) {
            assertThat(onDisk(journal.keep(Entries.run("x")))).isFalse();
        }
        assertThat(events.refused).containsExactly(Refusal.IO);
    }

    @Test
    void aFolderThatOthersCanWrite_isRefused() throws Exception {
        Path open = Files.createDirectory(state.resolve("journal"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (FileJournal journal = journal()) {
            assertThat(onDisk(journal.keep(Entries.run("x")))).isFalse();
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void aFileThatOthersCanWrite_isNotReplayed() throws Exception {
        FileJournal journal = journal();
        var unused = journal.keep(Entries.run("planted"));
        journal.close();
        Files.setPosixFilePermissions(files().get(0), PosixFilePermissions.fromString("rw-rw-rw-"));

        assertThat(left()).isEmpty();

        assertThat(events.replayed).containsExactly(Replayed.UNREADABLE);
        assertThat(files()).hasSize(1);
    }

    @Test
    void damagedFiles_areKeptAside() throws Exception {
        FileJournal journal = journal();
        var unused = journal.keep(Entries.run("damaged"));
        journal.close();
        Path file = files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[3] ^= 1;
        Files.write(file, bytes);

        assertThat(left()).isEmpty();

        assertThat(events.replayed).containsExactly(Replayed.UNREADABLE);
        assertThat(files()).singleElement().asString().endsWith(".journal.unreadable");
    }

    @Test
    void aTornTail_isCutFromTheFile() throws Exception {
        FileJournal journal = journal();
        var unused = journal.keep(Entries.run("whole"));
        journal.close();
        Path file = files().get(0);
        long whole = Files.size(file);
        Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);

        assertThat(left()).hasSize(1);

        assertThat(Files.size(file)).isEqualTo(whole);
    }

    @Test
    void aRealFullDisk_refuses() throws Exception {
        Path small = Files.createDirectory(state.resolve("small"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString())
                .redirectErrorStream(true)
                .start();
        assumeThat(mount.waitFor(10, TimeUnit.SECONDS) && mount.exitValue() == 0)
                .as("mounting a file system of 64 KiB is permitted here")
                .isTrue();
        try (FileJournal journal = new FileJournal(new JournalFolder(small, "w@h"), MOST, events).start()) {
            List<Kept> kept = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                kept.add(journal.keep(Entries.run("run-" + i)));
            }
            int written = 0;
            for (Kept each : kept) {
                written += onDisk(each) ? 1 : 0;
            }
            assertThat(written).as("as many as fit").isBetween(1, 399);
            assertThat(events.refused).hasSize(400 - written).containsOnly(Refusal.IO);
            kept.forEach(Kept::done);
            await().until(() -> journal.bytes() == JournalFormat.HEADER_BYTES);
            assertThat(onDisk(journal.keep(Entries.run("again")))).isTrue();
        } finally {
            assertThat(new ProcessBuilder("umount", small.toString()).start().waitFor())
                    .isZero();
        }
    }
}
