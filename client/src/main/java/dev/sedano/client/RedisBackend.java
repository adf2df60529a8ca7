package dev.sedano.client;

import dev.sedano.task.client.ResultTimeoutException;
import dev.sedano.task.client.ResultsException;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.protocol.ResultForm;
import dev.sedano.worker.protocol.ResultKeys;
import dev.sedano.worker.time.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * Results in Redis (CONTRACT §5 and §6.1). A wait reads the key, is woken by the worker's announcement, and reads again each
 * second: an announcement that is lost with a connection costs a second.
 */
final class RedisBackend implements Backend {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final ResultServer server;
    private final ResultKeys keys;
    private final CeleryJson json;
    private final ResultForm form;
    private final Duration expires;
    private final Ticker ticker;
    private final Announcements announcements;

    /** @param server closed with this */
    RedisBackend(ResultServer server, ResultKeys keys, CeleryJson json, Duration expires, Ticker ticker) {
        this.server = server;
        this.keys = keys;
        this.json = json;
        this.form = ResultForm.ofJson(json);
        this.expires = expires;
        this.ticker = ticker;
        this.announcements =
                new Announcements(server, keys.task(UUID.randomUUID().toString()));
    }

    @Override
    public void expect() {}

    @Override
    public void checkChords() {}

    @Override
    public TaskRecord read(String taskId) {
        byte[] stored;
        try {
            stored = server.redis().get(bytes(keys.task(taskId)));
        } catch (JedisException e) {
            throw server.unanswered(e);
        }
        return stored == null ? TaskRecord.PENDING : record(taskId, form, stored);
    }

    static TaskRecord record(String taskId, ResultForm form, byte[] stored) {
        try {
            return TaskRecord.of(form.read(stored));
        } catch (ProtocolException | IllegalArgumentException e) {
            throw new ResultsException(
                    "the result of task " + taskId + " cannot be read (" + e.getMessage()
                            + "): check result_serializer of the workers",
                    e);
        }
    }

    @Override
    public TaskRecord await(String taskId, Duration within) throws InterruptedException {
        long until = ticker.nanos() + nanos(within);
        TaskRecord record = within.isZero() ? read(taskId) : TaskRecord.PENDING;
        if (within.isZero()) {
            return record;
        }
        ResultsException unanswered = null;
        try (Announcements.Ear ear = announcements.listen(keys.task(taskId))) {
            while (true) {
                try {
                    record = read(taskId);
                    unanswered = null;
                } catch (ResultsException e) {
                    if (server.isClosed()) {
                        throw ResultServer.closedAlready();
                    }
                    if (ResultServer.isRefusal(e)) {
                        throw e;
                    }
                    unanswered = e; // an outage may end in time
                }
                long left = until - ticker.nanos();
                if (record.isFinal() || left <= 0) {
                    break;
                }
                ear.await(Math.min(left, LOOK.toNanos()));
            }
        }
        if (unanswered != null) {
            throw new ResultTimeoutException(taskId, within, unanswered);
        }
        return record;
    }

    /** As long as a wait can be: callers may mean "for ever" by a very long time. */
    static long nanos(Duration within) {
        return within.compareTo(Duration.ofDays(36_500)) > 0 ? Long.MAX_VALUE / 4 : within.toNanos();
    }

    @Override
    public void forget(String taskId) {
        delete(keys.task(taskId));
    }

    @Override
    public void forgetGroup(String group) {
        delete(keys.group(group));
    }

    private void delete(String key) {
        try {
            server.redis().del(key);
        } catch (JedisException e) {
            throw server.unanswered(e);
        }
    }

    /** As Celery's producer: the size before the last part is sent, and no trace of an older chord of the same id. */
    @Override
    public void beginChord(String group, int size, byte @Nullable [] savedGroup) {
        String key = keys.group(group);
        try (AbstractTransaction all = server.redis().multi()) {
            all.del(key + ".c");
            all.set(key + ".s", Integer.toString(size), lifetime());
            if (savedGroup != null) {
                all.set(bytes(key), savedGroup, lifetime());
                all.publish(bytes(key), savedGroup);
            }
            all.exec();
        } catch (JedisException e) {
            throw server.unanswered(e);
        }
    }

    @Override
    public void saveGroup(String group, List<@Nullable Object> tuple) {
        Map<String, @Nullable Object> saved = new LinkedHashMap<>();
        saved.put("result", tuple);
        byte[] text = json.encode(saved);
        byte[] key = bytes(keys.group(group));
        try (AbstractTransaction all = server.redis().multi()) {
            all.set(key, text, lifetime());
            all.publish(key, text);
            all.exec();
        } catch (JedisException e) {
            throw server.unanswered(e);
        }
    }

    @Override
    public @Nullable List<?> savedGroup(String group) {
        byte[] stored;
        try {
            stored = server.redis().get(bytes(keys.group(group)));
        } catch (JedisException e) {
            throw server.unanswered(e);
        }
        if (stored == null) {
            return null;
        }
        try {
            return form.read(stored) instanceof Map<?, ?> saved && saved.get("result") instanceof List<?> tuple
                    ? tuple
                    : null;
        } catch (ProtocolException e) {
            throw new ResultsException("the saved group " + group + " cannot be read: " + e.getMessage(), e);
        }
    }

    private SetParams lifetime() {
        return SetParams.setParams().ex(expires.toSeconds());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.close(); // first: whoever is woken finds it closed
        announcements.close();
    }
}
