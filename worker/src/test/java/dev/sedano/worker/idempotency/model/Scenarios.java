package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.Scenario.Fault;
import dev.sedano.worker.idempotency.model.Scenario.Steps;
import java.util.List;

/** What the sound protocol must survive. Each is small enough to be explored to its end. */
final class Scenarios {
    private Scenarios() {}

    static List<Scenario> sound() {
        return List.of(
                Scenario.named("two workers, two copies")
                        .copies(2)
                        .fault(Fault.CRASH, 2)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.ERROR, 2)
                        .fault(Fault.PAUSE, 2),
                Scenario.named("three workers, two copies")
                        .workers(3)
                        .copies(2)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.ERROR, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("a zombie may acknowledge")
                        .copies(2)
                        .flaw(Flaw.ACKS_WHEN_STALE)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.ERROR, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("a retry, two copies")
                        .copies(2)
                        .attempts(1, 0)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.ERROR, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("retries and a replacement")
                        .attempts(1, 1)
                        .fault(Fault.CRASH, 2)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("follow-ups, two copies")
                        .copies(2)
                        .followUps()
                        .fault(Fault.CRASH, 2)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.ERROR, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("a retry and follow-ups")
                        .attempts(1, 0)
                        .followUps()
                        .fault(Fault.CRASH, 2)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.ERROR, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("graceful stops")
                        .copies(2)
                        .attempts(1, 0)
                        .fault(Fault.STOP, 2)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("lost leases are parked")
                        .copies(2)
                        .park()
                        .fault(Fault.CRASH, 2)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.ERROR, 2)
                        .fault(Fault.PAUSE, 2),
                Scenario.named("a journal")
                        .copies(2)
                        .journal()
                        .followUps()
                        .fault(Fault.CRASH, 2)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("wait queues")
                        .copies(2)
                        .fault(Fault.WAIT, 2)
                        .fault(Fault.CRASH, 2)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("blocked deliveries, two events")
                        .copies(2)
                        .blocks(2)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.ERROR, 2)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("blocked deliveries of a retried task")
                        .attempts(1, 0)
                        .blocks(1)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.ERROR, 2)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("a task that kills its workers")
                        .deadly()
                        .copies(2)
                        .followUps()
                        .fault(Fault.ERROR, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("a neighbour of crashes")
                        .copies(1)
                        .attempts(1, 0)
                        .fault(Fault.CRASH, 4)
                        .fault(Fault.STOP, 1)
                        .fault(Fault.ERROR, 1),
                Scenario.named("a step, at least once")
                        .copies(2)
                        .steps(Steps.AT_LEAST_ONCE)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.ERROR, 1)
                        .fault(Fault.PAUSE, 2),
                Scenario.named("a step, at most once, and a retry")
                        .copies(2)
                        .attempts(1, 0)
                        .steps(Steps.AT_MOST_ONCE)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.ERROR, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("the store is emptied")
                        .attempts(1, 0)
                        .fault(Fault.FLUSH, 1)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.DROP, 1),
                Scenario.named("the store is emptied, lost tasks are parked")
                        .copies(2)
                        .park()
                        .fault(Fault.FLUSH, 1)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("failover to a lagging replica")
                        .attempts(1, 0)
                        .fault(Fault.FAILOVER, 1)
                        .fault(Fault.DROP, 2),
                Scenario.named("two ids with one key")
                        .otherId(false)
                        .attempts(1, 0)
                        .followUps()
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("two ids with one key, other payload")
                        .otherId(true)
                        .attempts(1, 0)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.ERROR, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("a released key")
                        .otherId(false)
                        .releases()
                        .fault(Fault.STOP, 1)
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.DROP, 1)
                        .fault(Fault.PAUSE, 1),
                Scenario.named("a released key with follow-ups")
                        .otherId(false)
                        .releases()
                        .followUps()
                        .fault(Fault.CRASH, 1)
                        .fault(Fault.ERROR, 1)
                        .fault(Fault.PAUSE, 1));
    }
}
