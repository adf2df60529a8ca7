package dev.sedano.worker.idempotency.model;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What happens to one key: how many workers and copies, what its handler does, and how many faults of each kind may come. */
final class Scenario {
    /** A fault that comes at most so often as the scenario's budget says. */
    enum Fault {
        /** A worker process dies. */
        CRASH,
        /** A worker's broker connection breaks; its threads go on. */
        DROP,
        /** A call to the store fails, executed or not. */
        ERROR,
        /** A lease ends under a live owner. */
        PAUSE,
        /** The store is emptied. */
        FLUSH,
        /** The store fails over to a replica that lags behind. */
        FAILOVER,
        /** A worker stops gracefully before it started the handler. */
        STOP,
        /** A held delivery is moved through a wait queue. */
        WAIT
    }

    enum Steps {
        NONE,
        AT_LEAST_ONCE,
        AT_MOST_ONCE
    }

    /** Recorded starts without an end that make a key poison. */
    static final int CRASH_LIMIT = 2;

    final String name;
    final Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);
    private final Map<Fault, Integer> budgets = new EnumMap<>(Fault.class);
    int workers = 2;
    int copies = 1;
    int retries;
    int replacements;
    int blocks;
    boolean followUps;
    boolean park;
    boolean journal;
    boolean deadly;
    boolean releases;
    int otherIds;
    boolean otherPayload;
    Steps steps = Steps.NONE;

    private Scenario(String name) {
        this.name = name;
    }

    static Scenario named(String name) {
        return new Scenario(name);
    }

    Scenario flaw(Flaw... missing) {
        flaws.addAll(Set.of(missing));
        return this;
    }

    Scenario fault(Fault fault, int times) {
        budgets.put(fault, times);
        return this;
    }

    Scenario workers(int number) {
        workers = number;
        return this;
    }

    /** First deliveries in the queue, as a producer's duplicates. */
    Scenario copies(int number) {
        copies = number;
        return this;
    }

    /** The handler may ask for so many retries, and so many replacements (each starts its retries anew). */
    Scenario attempts(int retriesEach, int replaced) {
        retries = retriesEach;
        replacements = replaced;
        return this;
    }

    Scenario followUps() {
        followUps = true;
        return this;
    }

    /** Lost leases park the task instead of running it again. */
    Scenario park() {
        park = true;
        return this;
    }

    /** Finished but unrecorded work survives its process. */
    Scenario journal() {
        journal = true;
        return this;
    }

    /** Every run kills its worker. */
    Scenario deadly() {
        deadly = true;
        return this;
    }

    /** One more copy of another id with the same explicit key. */
    Scenario otherId(boolean withOtherPayload) {
        otherIds = 1;
        otherPayload = withOtherPayload;
        return this;
    }

    /** A failed run may release its explicit key. */
    Scenario releases() {
        releases = true;
        return this;
    }

    Scenario steps(Steps kind) {
        steps = kind;
        return this;
    }

    /** Blocked deliveries that are followed to their verdict. */
    Scenario blocks(int number) {
        blocks = number;
        return this;
    }

    boolean has(Flaw flaw) {
        return flaws.contains(flaw);
    }

    Map<Fault, Integer> budgets() {
        return budgets;
    }

    /** Whether the store may lose data. */
    boolean loses() {
        return budgets.containsKey(Fault.FLUSH) || budgets.containsKey(Fault.FAILOVER);
    }

    @Override
    public String toString() {
        return name;
    }
}
