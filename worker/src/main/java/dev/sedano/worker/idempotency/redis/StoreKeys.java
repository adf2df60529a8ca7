package dev.sedano.worker.idempotency.redis;

/** The names of the keys of one hash tag: a namespace, or one of its partitions. */
record StoreKeys(String namespace) {
    String health() {
        return prefix() + "h";
    }

    /** How many partitions the namespace has; absent = one. */
    String partitions() {
        return prefix() + "p";
    }

    String workers() {
        return prefix() + "w";
    }

    String audit() {
        return prefix() + "audit";
    }

    String record(String name) {
        return records() + name;
    }

    String blocked(String name) {
        return blocks() + name;
    }

    /** Where a cluster keeps all of them. */
    int slot() {
        return Slots.ofTag(namespace);
    }

    /** What the names of all records start with. */
    String records() {
        return prefix() + "r:";
    }

    /** What the names of all blocked hashes start with. */
    String blocks() {
        return prefix() + "b:";
    }

    private String prefix() {
        return "sed:{" + namespace + "}:";
    }
}
