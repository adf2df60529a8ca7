package dev.sedano.worker.idempotency.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.redis.AdminReply.Answer;
import dev.sedano.worker.idempotency.redis.AdminRequest.Act;
import dev.sedano.worker.idempotency.redis.AdminRequest.Copy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;

/** Everything that operators' requests promise, against a server with scripts that are whole or broken. */
final class AdminTrial implements AutoCloseable {
    private static final String HEALTH = "sed:{trial}:h";
    private static final String AUDIT = "sed:{trial}:audit";
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration KEEP = Duration.ofDays(7);
    private static final byte[] BODY =
            "{\"status\": \"FAILURE\", \"result\": null, \"task_id\": \"x\"}".getBytes(UTF_8);

    private final Jedis jedis;
    private final RedisIdempotencyStore store;
    private final RedisStoreInspection operator;
    private int keys;
    private int nonces;
    private TaskKey key = TaskKey.ofTaskId("");

    AdminTrial(PrivateRedis redis, Function<AdminScript, String> scripts) {
        jedis = redis.client();
        jedis.flushAll();
        store = new RedisIdempotencyStore(RedisStoreSettings.builder(redis.uri())
                .namespace("trial")
                .callDeadline(Duration.ofSeconds(10))
                .unsafeWindow(Duration.ZERO)
                .build());
        operator = new RedisStoreInspection(
                new RedisServers.Standalone(RedisEndpoint.of(redis.uri())), "trial", Duration.ofSeconds(10), scripts);
        assertThat(operator.trust("me", "")).isNull();
        get(store.hello());
        jedis.hset(HEALTH, "gapms", "1000000000");
    }

    void everything() {
        release_refusesALiveLease_andForceShutsItsOwnerOut();
        release_waitsForTheGraceWindow();
        release_ofWhatIsOver_announcesTheRerun();
        release_ofACompletedKey_forgetsItsOutcome();
        forget_letsOtherWorkRunUnannounced();
        release_ofAParkedKey_onlyWhereAllowed();
        release_ofALostRecord_makesOneOfTheCopy();
        release_refusesHandOffsAndOpenFollowUps();
        release_decidesSteps();
        complete_refusesALiveLease_andMakesLateOwnersStale();
        complete_writesTheResult_butNeverOverASuccess();
        complete_settlesBlocks();
        complete_ofWhatIsAbsent_onlyIfAsked();
        complete_ofACompletedKey_onlyWhereAllowed();
        everyChange_isWrittenDown_withinLimits();
        trust_endsTheWindows();
    }

    private void release_refusesALiveLease_andForceShutsItsOwnerOut() {
        fresh();
        long token = granted("f").token();

        AdminReply refused = release("RHCP", false, false);
        assertThat(refused.answer()).isEqualTo(Answer.LIVE);
        assertThat(refused.text()).isEqualTo("w@h");
        assertThat(refused.millis()).isBetween(1L, LEASE.toMillis());
        assertThat(get(store.renew(key, token, LEASE))).isEqualTo(RenewReply.RENEWED);
        String revocations = jedis.hget(HEALTH, "rv");

        assertThat(release("RHCP", true, false).answer()).isEqualTo(Answer.DONE);
        assertThat(get(store.renew(key, token, LEASE))).isEqualTo(RenewReply.STALE);
        assertThat(jedis.hget(HEALTH, "rv")).isNotEqualTo(revocations);
        ClaimReply.Granted again = granted("f");
        assertThat(again.priorRun()).isEqualTo(PriorRun.MAY_HAVE_RUN);
        assertThat(again.token()).isGreaterThan(token + 1);
    }

    private void release_waitsForTheGraceWindow() {
        fresh();
        granted("f");
        pass(LEASE.multipliedBy(2));
        jedis.hset(HEALTH, "gapms", "15000");

        AdminReply refused = release("RHCP", false, false);

        assertThat(refused.answer()).isEqualTo(Answer.LIVE);
        assertThat(refused.millis()).isBetween(20_000L, 30_000L);
        assertThat(jedis.hget(HEALTH, "grace"))
                .isNotNull()
                .satisfies(grace -> assertThat(Long.parseLong(grace)).isGreaterThan(operator.now()));
        jedis.hdel(HEALTH, "grace");
        jedis.hset(HEALTH, "gapms", "1000000000");
    }

    private void release_ofWhatIsOver_announcesTheRerun() {
        fresh();
        granted("f");
        pass(LEASE.multipliedBy(2));
        assertThat(release("RHCP", false, false))
                .extracting(AdminReply::answer, AdminReply::text)
                .containsExactly(Answer.DONE, "R");
        assertThat(field("again")).isEqualTo("1");
        assertThat(field("ev").lines()).hasSize(2).first().asString().matches("\\d{13} claim 0 \\d+ w@h");
        assertThat(jedis.pttl(name())).isGreaterThan(Duration.ofDays(6).toMillis());
        assertThat(granted("f").priorRun()).isEqualTo(PriorRun.MAY_HAVE_RUN);
    }

    private void release_ofACompletedKey_forgetsItsOutcome() {
        fresh();
        completed(granted("f"));
        assertThat(claim("f")).isInstanceOf(ClaimReply.Duplicate.class);

        assertThat(release("RHP", false, false))
                .extracting(AdminReply::answer, AdminReply::text)
                .containsExactly(Answer.STATE, "C");
        assertThat(release("RHCP", false, false).answer()).isEqualTo(Answer.DONE);

        assertThat(jedis.hmget(name(), "out", "cat", "res")).containsOnlyNulls();
        assertThat(granted("f").priorRun()).isEqualTo(PriorRun.MAY_HAVE_RUN);
    }

    private void forget_letsOtherWorkRunUnannounced() {
        fresh();
        completed(granted("f"));
        jedis.hset(name(), "nb", "1");

        assertThat(release("RHCP", false, true).answer()).isEqualTo(Answer.DONE);

        assertThat(jedis.hkeys(name())).containsExactlyInAnyOrder("ev", "nb");
        assertThat(granted("other").priorRun()).isEqualTo(PriorRun.NONE);
    }

    private void release_ofAParkedKey_onlyWhereAllowed() {
        fresh();
        granted("f");
        jedis.hset(name(), "st", "P");
        assertThat(claim("f")).isInstanceOf(ClaimReply.Parked.class);
        assertThat(release("C", false, false).answer()).isEqualTo(Answer.STATE);
        assertThat(release("PR", false, false))
                .extracting(AdminReply::answer, AdminReply::text)
                .containsExactly(Answer.DONE, "P");
        assertThat(granted("f").priorRun()).isEqualTo(PriorRun.MAY_HAVE_RUN);
    }

    private void release_ofALostRecord_makesOneOfTheCopy() {
        fresh();
        assertThat(release("RHCP", false, false).answer()).isEqualTo(Answer.ABSENT);
        assertThat(release(new Copy(3, "f", ""), Map.of()).text()).isEmpty();
        assertThat(jedis.hmget(name(), "st", "att", "fp", "id0")).containsExactly("R", "3", "f", null);
        assertThat(jedis.pttl(name())).isPositive();

        key = TaskKey.explicit("scope", "k" + keys++);
        assertThat(release(new Copy(0, "f", "id-1"), Map.of()).answer()).isEqualTo(Answer.DONE);
        assertThat(jedis.hmget(name(), "id0", "fp0")).containsExactly("id-1", "f");
        assertThat(granted("f").priorRun()).isEqualTo(PriorRun.MAY_HAVE_RUN);
    }

    private void release_refusesHandOffsAndOpenFollowUps() {
        fresh();
        completed(granted("f"));
        jedis.hset(name(), Map.of("st", "H", "natt", "1"));
        assertThat(release("RHCP", true, false))
                .extracting(AdminReply::answer, AdminReply::text)
                .containsExactly(Answer.HANDED_OFF, "1");
        assertThat(field("st")).isEqualTo("H");
        jedis.hset(name(), Map.of("st", "C", "fu", "x", "fat", "1"));
        assertThat(release("RHCP", false, false).answer()).isEqualTo(Answer.FOLLOW_UPS);
        assertThat(release("RHCP", true, false).answer()).isEqualTo(Answer.DONE);
        assertThat(jedis.hmget(name(), "fu", "fat")).containsOnlyNulls();
    }

    private void release_decidesSteps() {
        fresh();
        granted("f");
        jedis.hset(
                name(),
                Map.of("st", "P", "s:charge", "B:7", "s:mail", "B:7", "s:log", "D:1", "ns", "3", "starts", "2"));
        Map<String, @Nullable String> steps = new HashMap<>();
        steps.put("charge", "{\"id\": 1}");
        steps.put("mail", null);
        assertThat(release(null, steps).answer()).isEqualTo(Answer.DONE);
        assertThat(jedis.hmget(name(), "s:charge", "s:mail", "s:log", "ns", "starts"))
                .containsExactly("D:{\"id\": 1}", null, "D:1", "2", "-1");
    }

    private void complete_refusesALiveLease_andMakesLateOwnersStale() {
        fresh();
        ClaimReply.Granted owner = granted("f");
        assertThat(complete("RHP", false, false, null).answer()).isEqualTo(Answer.LIVE);
        assertThat(field("st")).isEqualTo("R");
        pass(LEASE.multipliedBy(2));
        assertThat(complete("RHP", false, false, null))
                .extracting(AdminReply::answer, AdminReply::text)
                .containsExactly(Answer.DONE, "R");
        assertThat(jedis.hmget(name(), "st", "out")).containsExactly("C", "FAILURE");
        assertThat(jedis.pttl(name())).isBetween(1L, Duration.ofMinutes(10).toMillis());
        assertThat(claim("f"))
                .isInstanceOfSatisfying(
                        ClaimReply.Duplicate.class,
                        duplicate -> assertThat(duplicate.outcome()).isEqualTo("FAILURE"));
        assertThat(complete(owner)).isInstanceOf(CompleteReply.Stale.class);
    }

    private void complete_writesTheResult_butNeverOverASuccess() {
        fresh();
        granted("f");
        jedis.hset(name(), "st", "P");
        AdminRequest.Result result = new AdminRequest.Result("celery-task-meta-x", BODY, Duration.ofHours(1));
        assertThat(complete("RHP", false, false, result).written()).isEqualTo("W");
        assertThat(jedis.get("celery-task-meta-x")).isEqualTo(new String(BODY, UTF_8));
        assertThat(jedis.pttl("celery-task-meta-x"))
                .isBetween(1L, Duration.ofHours(1).toMillis());
        assertThat(field("res")).isEqualTo(new String(BODY, UTF_8));

        jedis.set("celery-task-meta-x", "{\"status\": \"SUCCESS\"}");
        assertThat(complete("RHPC", true, false, result).written()).isEqualTo("S");
        assertThat(jedis.get("celery-task-meta-x")).isEqualTo("{\"status\": \"SUCCESS\"}");

        jedis.del("celery-task-meta-x");
        jedis.lpush("celery-task-meta-x", "foreign");
        assertThat(complete("RHPC", true, false, result).written()).isEqualTo("T");
        jedis.del("celery-task-meta-x");
    }

    private void complete_settlesBlocks() {
        fresh();
        get(store.reportBlocked(new BlockedDelivery("b", key, 0, operator.now())));
        pass(Duration.ofSeconds(3));
        granted("f");
        pass(LEASE.multipliedBy(2));
        assertThat(complete("RHP", false, false, null).answer()).isEqualTo(Answer.DONE);
        assertThat(operator.blocked(key.record()).get("b")).startsWith("F:0:");
        assertThat(operator.health().get("fp")).isEqualTo("1");
    }

    private void complete_ofWhatIsAbsent_onlyIfAsked() {
        fresh();
        assertThat(complete("RHP", false, false, null).answer()).isEqualTo(Answer.ABSENT);
        assertThat(complete("RHP", false, true, null).answer()).isEqualTo(Answer.DONE);
        assertThat(claim("whatever")).isInstanceOf(ClaimReply.Duplicate.class);
    }

    private void complete_ofACompletedKey_onlyWhereAllowed() {
        fresh();
        completed(granted("f"));
        String revocations = String.valueOf(jedis.hget(HEALTH, "rv"));
        assertThat(complete("RHP", true, true, null).answer()).isEqualTo(Answer.STATE);
        assertThat(field("out")).isEqualTo("SUCCESS");
        assertThat(complete("RHPC", false, false, null).answer()).isEqualTo(Answer.DONE);
        assertThat(field("out")).isEqualTo("FAILURE");
        assertThat(String.valueOf(jedis.hget(HEALTH, "rv"))).isNotEqualTo(revocations);
    }

    private void everyChange_isWrittenDown_withinLimits() {
        fresh();
        granted("f");
        jedis.hset(name(), Map.of("ev", "1 a 0 1 x\n".repeat(30), "st", "P"));
        jedis.del(AUDIT);
        jedis.lpush(AUDIT, java.util.Collections.nCopies(10_000, "old").toArray(String[]::new));
        long writes = Long.parseLong(operator.health().get("n"));

        assertThat(operator.ask(new AdminRequest.Note(act("look"))).text()).isEqualTo("P");
        assertThat(jedis.llen(AUDIT)).isEqualTo(10_000);
        assertThat(operator.audit(1).get(0))
                .matches("\\{\"time\":\\d{13},\"who\":\"me\",\"action\":\"look\",\"key\":\"" + key.record()
                        + "\",\"detail\":\"was P; why\"}");
        List<String> lines = field("ev").lines().toList();
        assertThat(lines).hasSize(30);
        assertThat(lines.get(29)).matches("\\d{13} look 0 \\d+ me");
        assertThat(Long.parseLong(operator.health().get("n"))).isEqualTo(writes + 1);

        assertThat(release("PR", false, false).answer()).isEqualTo(Answer.DONE);
        assertThat(field("ev").lines()).hasSize(30);
        assertThat(complete("R", false, false, null).answer()).isEqualTo(Answer.DONE);
        assertThat(operator.audit(3)).hasSize(3).satisfies(audit -> {
            assertThat(audit.get(0)).contains("\"complete\"", "was R");
            assertThat(audit.get(1)).contains("\"release\"", "was P");
        });
        assertThat(field("ev").lines()).hasSize(30).last().asString().contains(" complete 0 ");
    }

    private void trust_endsTheWindows() {
        jedis.hset(HEALTH, Map.of("unsafe", "" + (operator.now() + 5_000), "loss", "" + (operator.now() + 60_000)));
        List<Duration> ended = operator.trust("me", "restored");
        assertThat(ended).isNotNull().hasSize(2).allMatch(each -> each.toSeconds() > 1);
        assertThat(jedis.hmget(HEALTH, "unsafe", "loss")).containsExactly("0", "0");
        assertThat(operator.audit(1).get(0)).contains("\"trust\"", "restored");
    }

    private void fresh() {
        key = TaskKey.ofTaskId("k" + keys++);
    }

    private String name() {
        return "sed:{trial}:r:" + key.record();
    }

    private String field(String name) {
        return String.valueOf(jedis.hget(name(), name));
    }

    private void pass(Duration time) {
        jedis.hincrBy(HEALTH, "off", time.toMillis());
    }

    private Act act(String action) {
        return new Act("me", action, key.record(), "why");
    }

    private AdminReply release(String states, boolean force, boolean forget) {
        return operator.ask(new AdminRequest.Release(act("release"), states, force, forget, KEEP, null, Map.of()));
    }

    private AdminReply release(@Nullable Copy copy, Map<String, @Nullable String> steps) {
        return operator.ask(new AdminRequest.Release(act("release"), "PR", false, false, KEEP, copy, steps));
    }

    private AdminReply complete(String states, boolean force, boolean create, AdminRequest.@Nullable Result result) {
        return operator.ask(new AdminRequest.Complete(
                act("complete"), states, force, create, Duration.ofMinutes(10), "FAILURE", BODY, result));
    }

    private ClaimReply claim(String fingerprint) {
        return get(store.claim(new Claim(
                key, "n" + nonces++, 0, fingerprint, "id-1", LEASE, KEEP, false, "w@h", AfterLeaseLoss.RERUN, 1)));
    }

    private ClaimReply.Granted granted(String fingerprint) {
        ClaimReply reply = claim(fingerprint);
        assertThat(reply).isInstanceOf(ClaimReply.Granted.class);
        return (ClaimReply.Granted) reply;
    }

    private CompleteReply complete(ClaimReply.Granted granted) {
        return get(store.complete(new Completion(
                key, granted.token(), 0, "f", "id-1", "SUCCESS", KEEP, granted.claimedAt(), null, null, null, false)));
    }

    private void completed(ClaimReply.Granted granted) {
        assertThat(complete(granted)).isInstanceOf(CompleteReply.Recorded.class);
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        store.close();
        operator.close();
        jedis.close();
    }
}
