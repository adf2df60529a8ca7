package dev.sedano.workbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The file to which task {@code demo.work} appends one line per run, beginning with its number: the count that neither
 * broker nor store nor worker can falsify.
 *
 * @param runs all lines
 * @param distinct different numbers among them
 */
record DemoLedger(int runs, int distinct) {
    /** Counts the lines that are complete; a file that is not there yet has none. */
    static DemoLedger read(Path file) {
        try {
            String text = Files.readString(file);
            List<String> lines =
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
            Set<String> numbers = new HashSet<>();
            lines.forEach(line -> numbers.add(line.split(" ", 2)[0]));
            return new DemoLedger(lines.size(), numbers.size());
        } catch (NoSuchFileException notYet) {
            return new DemoLedger(0, 0);
        } catch (IOException e) {
            throw new WorkbenchException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
