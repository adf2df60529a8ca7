package dev.sedano.task.client;

import dev.sedano.task.PythonException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a task failed, as its worker told it: the class that Python's {@code get()} would raise, by module and name, with its
 * arguments. A task that failed in Java shows the Python class of the same meaning ({@code ValueError} for an
 * IllegalArgumentException), or its own name with the Java package as module. A handler that lets it pass fails in the same
 * way. Immutable.
 */
public class TaskFailure extends PythonException {
    private static final long serialVersionUID = 1L;

    private final String taskId;
    private final @Nullable String remoteTraceback;

    /**
     * @param module of the class, as {@code builtins}
     * @param type the class's name, as {@code ValueError}
     * @param args what the class is called with
     * @param remoteTraceback as the worker wrote it; null = none
     */
    public TaskFailure(
            String taskId,
            String module,
            String type,
            List<? extends @Nullable Object> args,
            @Nullable String remoteTraceback) {
        super(module, type, args.toArray());
        this.taskId = taskId;
        this.remoteTraceback = remoteTraceback;
    }

    /** The task that failed. */
    public final String taskId() {
        return taskId;
    }

    /** The traceback as the worker wrote it, of Python or Java; null if it told none. */
    public final @Nullable String remoteTraceback() {
        return remoteTraceback;
    }

    /** Whether it is this very class of Python; subclasses cannot be known here. */
    public final boolean is(String module, String type) {
        return module().equals(module) && type().equals(type);
    }

    @Override
    public String getMessage() {
        String name = module().equals("builtins") ? type() : module() + "." + type();
        return "task " + taskId + " failed: " + name
                + (args().isEmpty()
                        ? ""
                        : ": " + args().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    }

    /** The task was revoked, terminated, or expired before it ran. */
    public static final class Revoked extends TaskFailure {
        private static final long serialVersionUID = 1L;

        /** See {@link TaskFailure}. */
        public Revoked(
                String taskId,
                String module,
                String type,
                List<? extends @Nullable Object> args,
                @Nullable String remoteTraceback) {
            super(taskId, module, type, args, remoteTraceback);
        }
    }

    /** The task ran longer than its hard or soft time limit. */
    public static final class TimeLimit extends TaskFailure {
        private static final long serialVersionUID = 1L;

        /** See {@link TaskFailure}. */
        public TimeLimit(
                String taskId,
                String module,
                String type,
                List<? extends @Nullable Object> args,
                @Nullable String remoteTraceback) {
            super(taskId, module, type, args, remoteTraceback);
        }
    }

    /** The worker that got it knows no task of that name. */
    public static final class NotRegistered extends TaskFailure {
        private static final long serialVersionUID = 1L;

        /** See {@link TaskFailure}. */
        public NotRegistered(
                String taskId,
                String module,
                String type,
                List<? extends @Nullable Object> args,
                @Nullable String remoteTraceback) {
            super(taskId, module, type, args, remoteTraceback);
        }
    }

    /** A chord's body was never called, because a task of its header failed. */
    public static final class Chord extends TaskFailure {
        private static final long serialVersionUID = 1L;

        /** See {@link TaskFailure}. */
        public Chord(
                String taskId,
                String module,
                String type,
                List<? extends @Nullable Object> args,
                @Nullable String remoteTraceback) {
            super(taskId, module, type, args, remoteTraceback);
        }
    }

    /** The process that ran it died. */
    public static final class WorkerLost extends TaskFailure {
        private static final long serialVersionUID = 1L;

        /** See {@link TaskFailure}. */
        public WorkerLost(
                String taskId,
                String module,
                String type,
                List<? extends @Nullable Object> args,
                @Nullable String remoteTraceback) {
            super(taskId, module, type, args, remoteTraceback);
        }
    }
}
