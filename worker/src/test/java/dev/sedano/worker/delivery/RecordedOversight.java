package dev.sedano.worker.delivery;

import dev.sedano.worker.protocol.TaskMessage;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Says what is revoked and limited, and remembers what it was told of tasks. */
final class RecordedOversight implements Oversight {
    final Set<String> revoked = ConcurrentHashMap.newKeySet();
    final Set<String> byStamp = ConcurrentHashMap.newKeySet();
    final List<String> told = new CopyOnWriteArrayList<>();
    volatile Limits limits = Limits.NONE;

    @Override
    public Limits timeLimits(TaskView task) {
        return limits;
    }

    @Override
    public void received(TaskView task) {
        told.add("received " + task.message().id());
    }

    @Override
    public void started(TaskView task) {
        told.add("started " + task.message().id());
    }

    @Override
    public void ended(TaskView task, End end) {
        told.add(end.kind() + " " + task.message().id());
    }

    @Override
    public void unknown(TaskMessage message) {
        told.add("unknown " + message.id());
    }

    @Override
    public boolean isRevoked(TaskView task) {
        return isRevokedById(task) || byStamp.contains(task.message().id());
    }

    @Override
    public boolean isRevokedById(TaskView task) {
        return revoked.contains(task.message().id());
    }
}
