package dev.sedano.worker.control;

import dev.sedano.worker.event.LamportClock;
import dev.sedano.worker.event.TaskEvents;
import dev.sedano.worker.protocol.CeleryJson;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes mailboxes that know every command. */
public final class Mailboxes {
    private Mailboxes() {}

    /** What commands work with. */
    public record Collaborators(
            WorkerView worker,
            WorkerControls controls,
            RevokedTasks revoked,
            RevokeRecords records,
            TaskEvents events,
            LamportClock lamport,
            CeleryJson json,
            Mailbox.Replies replies) {}

    /** The mailbox of the node of this name. */
    public static Mailbox of(String node, ControlAccess access, Collaborators with) {
        Map<String, Command> commands = new LinkedHashMap<>();
        TaskLimits limits = new TaskLimits(with.worker().rates());
        ToldRevokes told = new ToldRevokes(access, with.revoked());
        LivenessCommands.addTo(commands, node, with.lamport(), with.revoked(), told, with.controls());
        TaskListCommands.addTo(commands, node, with.worker(), with.revoked());
        ReportCommands.addTo(commands, with.worker(), with.lamport(), limits);
        RevokeCommands.addTo(commands, with.worker(), with.controls(), with.revoked(), with.records());
        LimitCommands.addTo(commands, with.worker(), with.controls(), limits);
        PoolCommands.addTo(commands, with.worker(), with.controls());
        QueueCommands.addTo(commands, with.worker(), with.controls());
        EventCommands.addTo(commands, with.events());
        Shutdown.addTo(commands, with.controls());
        return new Mailbox(node, access, commands, with.lamport(), with.json(), with.replies());
    }
}
