package dev.sedano.worker.operator;

/** The two kinds of queues of copies that were set aside. */
enum SetAsideKind {
    /** For a person to decide whether the work was done. */
    PARKED("parked", "Work whose outcome is unknown, in <queue>.parked."),
    /** What cannot run as it was sent. */
    DEAD("dead", "Messages that cannot run as sent, in <queue>.dead.");

    private final String word;
    private final String description;

    SetAsideKind(String word, String description) {
        this.word = word;
        this.description = description;
    }

    /** The command's name, and the first half of the actions in the audit list. */
    String word() {
        return word;
    }

    String suffix() {
        return "." + word;
    }

    String description() {
        return description;
    }
}
