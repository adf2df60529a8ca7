package dev.sedano.worker.operator;

/** Names in records as people read and write them. */
final class Names {
    private Names() {}

    /** A record's name: a task id as it is, an explicit key as {@code --task SCOPE KEY}. */
    static String record(String name) {
        int nul = name.indexOf('\0');
        return nul < 0 ? name : "--task " + name.substring(0, nul) + " " + name.substring(nul + 1);
    }

    /** An attempt: the number of retries, after the number of replacements if there were any. */
    static String attempt(long attempt) {
        if (attempt < 0) {
            return "-";
        }
        long nesting = attempt >> 20;
        long retries = attempt & ((1 << 20) - 1);
        return nesting == 0 ? Long.toString(retries) : "r" + nesting + "." + retries;
    }

    static String state(String letter) {
        return switch (letter) {
            case "R" -> "running";
            case "H" -> "handed off";
            case "C" -> "completed";
            case "P" -> "parked";
            case "" -> "no attempt";
            default -> letter;
        };
    }
}
