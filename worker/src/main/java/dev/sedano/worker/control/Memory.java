package dev.sedano.worker.control;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the process has used so far. */
final class Memory {
    private static final Path STATUS = Path.of("/proc/self/status");
    /** Fields of getrusage(2) that the JVM does not tell. */
    private static final List<String> UNKNOWN = List.of(
            "ixrss",
            "idrss",
            "isrss",
            "minflt",
            "majflt",
            "nswap",
            "inblock",
            "oublock",
            "msgsnd",
            "msgrcv",
            "nsignals",
            "nvcsw",
            "nivcsw");

    private Memory() {}

    /** As Python's {@code resource.getrusage}; {@code utime} holds all processor time. */
    static Map<String, Object> usage() {
        long cpu =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getProcessCpuTime()
                        : 0;
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("utime", Math.max(0, cpu) / 1e9);
        usage.put("stime", 0.0);
        usage.put("maxrss", status("VmHWM:"));
        UNKNOWN.forEach(field -> usage.put(field, 0));
        return usage;
    }

    /** Resident memory, as {@code 61.2MB}; null where the system does not tell. */
    static @Nullable String resident() {
        long kib = status("VmRSS:");
        return kib == 0 ? null : String.format(Locale.ROOT, "%.1fMB", kib / 1024.0);
    }

    /** Resident memory and heap, for people. */
    static String describe() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        return String.format(
                Locale.ROOT,
                "- rss: %s%n- heap: %.1fMB used of %.1fMB%n",
                resident(),
                heap.getUsed() / 1048576.0,
                heap.getMax() / 1048576.0);
    }

    private static long status(String field) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(field)) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
        return 0;
    }
}
