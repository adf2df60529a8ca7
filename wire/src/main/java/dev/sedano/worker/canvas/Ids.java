package dev.sedano.worker.canvas;

/** Ids in a fixed order: whoever makes the same plan again gets the same ones. Not thread-safe. */
final class Ids {
    private final String work;
    private final String kind;
    private int next;

    /**
     * @param work whose plan it is: a task's or a group's id
     * @param kind which of its plans
     */
    Ids(String work, String kind) {
        this.work = work;
        this.kind = kind;
    }

    String next() {
        return NameUuid.of(work, kind, Integer.toString(next++));
    }
}
