"""Idempotent Celery tasks that share their keys with Sedano's Java workers: one key, one run, whoever gets the message.

    from celery import Celery
    from sedano_idempotent import Sedano

    app = Celery(broker="amqp://...", backend="redis://...")
    sedano = Sedano(app, store="redis://...")

    @sedano.task(name="billing.charge", key="order", acks_late=True, reject_on_worker_lost=True)
    def charge(order, amount):
        run = current_run()              # run.token, run.may_have_run_before, run.check_owner()

One file, and the scripts beside it: `./sedano scripts --out sedano_lua` writes them. README.md says what is guaranteed.
Needs Celery 5.3 or newer with a RabbitMQ broker, redis-py, Python 3.9 or newer.

A delivery is claimed in the store before the task runs; every doubt means that it does not run. What cannot run now
(another worker has the key, the store does not answer) is published to a wait queue of the broker, confirmed, and only then
acknowledged. The outcome is recorded before the acknowledgement, in one step with the result where both live in one Redis.
"""
import collections
import contextlib
import datetime
import decimal
import hashlib
import inspect
import itertools
import json
import logging
import math
import os
import pathlib
import re
import secrets
import socket
import struct
import threading
import time
import types
import uuid

import amqp
import redis
from billiard.exceptions import WorkerLostError
from celery import Task, current_task, signature, states
from celery.app.task import Context
from celery.exceptions import Ignore, ImproperlyConfigured, NotRegistered, Reject, Retry
from celery.worker.request import Request
from kombu import Queue, serialization
from kombu.common import maybe_declare
from kombu.exceptions import EncodeError
from kombu.utils import json as celery_json

__all__ = [
    "IdempotencyConflict",
    "IdempotentTask",
    "Run",
    "Sedano",
    "StaleOwner",
    "current_run",
    "fingerprint",
    "register_stubs",
]

log = logging.getLogger("sedano")

SCRIPTS = "hello claim renew start complete handoff settle release report_blocked result chord_tell".split()
LONGEST_KEY = 200  # bytes of a record's name; longer ones are hashed
LARGEST_RESULT = 512 * 1024
LEAST_KEEP = 7 * 86_400_000  # ms: an unfinished record outlives its run, however short its marker is to live
NESTING = 1 << 20  # attempt = replaced_task_nesting * NESTING + retries
CALL_SECONDS = 1.0  # a call of the store is given up after this
TICK_SECONDS = 1.0  # the store takes 2 s without a word from any worker for an outage, if leases are short
POISON = 3  # what a claim says of work whose workers died too often
LONGEST_HOLD = 5_000  # ms until a held delivery asks again
HIGHEST_WAIT = 21  # wait queues last 2^0 to 2^21 seconds
MOST_PENDING = 10_000
RETURNED = "x-sedano-returned"
DELAYED = "x-sedano-delayed"
HOPS = "x-sedano-hops"
EXCHANGE, ROUTING_KEY = "x-sedano-exchange", "x-sedano-routing-key"
ATTEMPT = "x-sedano-attempt"  # of which attempt the others are: Celery's retry copies all of them into the next one
BLOCK = "x-sedano-block"  # id under which a waiting delivery was reported as blocked: once, however often it comes back
OF_MOVES = {RETURNED, DELAYED, HOPS, EXCHANGE, ROUTING_KEY, ATTEMPT, BLOCK}
MOST_HOPS = 1_000
UNTOLD_SECONDS = 5  # between two looks at a message whose queue cannot be told
DELAY_LEVELS = re.compile(r"(?:[01]\.){28}")  # what Celery's native delayed delivery puts before a routing key


class StaleOwner(Exception):
    """Another worker took the key over while this one ran. Let it pass: the run's result is dropped."""


class IdempotencyConflict(Exception):
    """The idempotency key is in use with other arguments."""

    __module__ = "dev.sedano"  # callers see the same name, whichever worker answered


class ResultTooLarge(Exception):
    """The result exceeds 512 KiB."""

    __module__ = "dev.sedano"


class StoreDown(Exception):
    """The store did not answer as it should. `unknown`: the call may have been executed."""

    def __init__(self, message, unknown):
        super().__init__(message)
        self.unknown = unknown


# --- what a message asks for -----------------------------------------------------------------------------------------


def fingerprint(task, args, kwargs):
    """SHA-256 over task name and arguments as docs/protocol.md defines it: 64 hexadecimal digits.

    `args` and `kwargs` are as Celery's JSON decodes them. TypeError for values that no message holds.
    """
    form = bytearray()
    for value in (task, list(args), kwargs):
        _canonical(value, form)
    return hashlib.sha256(form).hexdigest()


def _key_text(key):
    """A map's key as the text that JSON makes of it; YAML has others than text."""
    if key is None or key is True or key is False:
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, float):
        return repr(key) if math.isfinite(key) else json.dumps(key)
    return key.isoformat() if isinstance(key, datetime.date) else str(key)


def _canonical(value, out):
    def content(kind, text):
        encoded = text.encode("utf-8", "surrogatepass")
        out.extend(kind + struct.pack(">I", len(encoded)) + encoded)

    def tagged(tag, text):
        content(b"T", tag)
        content(b"s", text)

    if value is None or value is True or value is False:
        out.extend({None: b"n", True: b"t", False: b"f"}[value])
    elif isinstance(value, int):
        content(b"i", str(value))
    elif isinstance(value, float):
        bits = 0x7FF8 << 48 if value != value else struct.unpack(">Q", struct.pack(">d", value))[0]
        content(b"d", "%x" % bits)
    elif isinstance(value, str):
        content(b"s", value)
    elif isinstance(value, (list, tuple)):
        content(b"l", str(len(value)))
        for element in value:
            _canonical(element, out)
    elif isinstance(value, dict):
        content(b"m", str(len(value)))
        entries = [(_key_text(key), element) for key, element in value.items()]
        for key, element in sorted(entries, key=lambda entry: entry[0].encode("utf-8", "surrogatepass")):
            content(b"s", key)
            _canonical(element, out)
    elif isinstance(value, (set, frozenset)):  # of YAML
        content(b"S", str(len(value)))
        forms = []
        for element in value:
            forms.append(bytearray())
            _canonical(element, forms[-1])
        out.extend(b"".join(sorted(forms)))
    elif type(value).__name__ == "Timestamp" and hasattr(value, "nanoseconds"):  # of msgpack
        moment = datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + datetime.timedelta(seconds=value.seconds)
        tagged("datetime", moment.replace(microsecond=value.nanoseconds // 1000).isoformat())
    elif isinstance(value, datetime.datetime):  # before date, of which it is one
        tagged("datetime", value.isoformat())
    elif isinstance(value, datetime.date):
        tagged("date", value.isoformat())
    elif isinstance(value, datetime.time):
        tagged("time", value.isoformat())
    elif isinstance(value, decimal.Decimal):
        tagged("decimal", str(value))
    elif isinstance(value, uuid.UUID):
        tagged("uuid", str(value))
    elif isinstance(value, bytes):
        tagged("bytes", value.hex())
    else:
        raise TypeError("an argument is of type %s, which no JSON message holds" % type(value).__qualname__)


class _Key:
    """Names the record of a piece of work: the task id, or an explicit key within a scope."""

    def __init__(self, task_id, scope=None, key=None):
        self.explicit = key is not None
        if "\0" in task_id or task_id.startswith("sha256:"):  # such an id could name the record of an explicit key
            raise ValueError("task id %.100r holds a NUL or starts with sha256: - send the task with another id" % task_id)
        self.key = key if self.explicit else task_id
        self.scope = scope
        record = (scope + "\0" + key if self.explicit else task_id).encode("utf-8", "surrogatepass")
        self.record = record if len(record) <= LONGEST_KEY else b"sha256:" + hashlib.sha256(record).hexdigest().encode()
        self.task_id = task_id if self.explicit else ""  # as the scripts want it


class _Policy:
    """What @sedano.task says beyond Celery's options."""

    def __init__(self, key, scope, ttl, on_lease_loss, max_crashes):
        if key is not None and not callable(key) and not isinstance(key, str):
            raise ImproperlyConfigured("key=%r: give the name of a parameter, or a function of the task's arguments" % (key,))
        if on_lease_loss not in ("rerun", "park"):
            raise ImproperlyConfigured("on_lease_loss=%r: use 'rerun' or 'park'" % (on_lease_loss,))
        if isinstance(max_crashes, bool) or not isinstance(max_crashes, int) or max_crashes < 1:
            raise ImproperlyConfigured("max_crashes=%r: give an integer from 1" % (max_crashes,))
        self.key, self.scope, self.park, self.max_crashes = key, scope, on_lease_loss == "park", max_crashes
        self.ttl = None if ttl is None else _millis("ttl", ttl)

    def key_of(self, task, request):
        headers = request.headers or {}
        scope = self.scope or task.name
        moved = (headers.get("x-sedano-scope"), headers.get("x-sedano-key"))
        if all(map(_is_key, moved)):  # a retry or replacement: whatever its arguments are now, the key is that of the first
            return _Key(request.id, *moved)
        given = headers.get("idempotency_key")
        if not _is_key(given) and self.key is not None:
            given = self._from_arguments(task, request)
        return _Key(request.id, scope, given) if _is_key(given) else _Key(request.id)

    def _from_arguments(self, task, request):
        if callable(self.key):
            key = self.key(*request.args, **request.kwargs)
        else:
            try:
                key = inspect.signature(task.run).bind(*request.args, **request.kwargs).arguments.get(self.key)
            except TypeError:  # the task cannot be called either: let that not use up the key of a correct call
                return None
        if key is None or isinstance(key, str):
            return key
        if isinstance(key, (int, uuid.UUID, decimal.Decimal)) and not isinstance(key, bool):
            return str(key)
        raise TypeError("the idempotency key is %s: give text, an integer, a Decimal or a UUID" % type(key).__qualname__)


def _is_key(text):
    return isinstance(text, str) and bool(text.strip())


def _millis(name, seconds):
    if isinstance(seconds, datetime.timedelta):
        seconds = seconds.total_seconds()
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
        raise ImproperlyConfigured("%s=%r: give seconds above 0, or a timedelta" % (name, seconds))
    return int(seconds * 1000)


# --- the store -------------------------------------------------------------------------------------------------------


class _Knowledge:
    """What this process knows of the store's data set. Guarded by its lock."""

    def __init__(self):
        self.lock = threading.Lock()
        self.epoch, self.generation, self.counter, self.identity = "", 0, 0, ""
        self.worker = str(uuid.uuid4())
        self.seen = (0, 0.0)  # store time in ms, and when

    def met(self, identity, epoch, generation, counter, now):
        with self.lock:
            same = (epoch, generation) == (self.epoch, self.generation)
            self.counter = max(self.counter, counter) if same else counter
            self.epoch, self.generation, self.identity = epoch, generation, identity
            self.seen = (now, time.monotonic())

    def acknowledged(self, counter, generation, now=None):
        with self.lock:
            if generation == self.generation:
                self.counter = max(self.counter, counter)
            if now is not None:
                self.seen = (now, time.monotonic())

    def store_time(self):
        millis, at = self.seen
        return millis + int((time.monotonic() - at) * 1000) if millis else int(time.time() * 1000)


class _Session:
    """One connection to the store; says hello whenever it connects. Thread-safe."""

    def __init__(self, store):
        self.store = store
        self.lock = threading.Lock()
        self.connection = store.pool.make_connection()
        self.connected = False
        self.marks = False

    def call(self, script, keys, args):
        with self.lock, self._errors():
            if not self.connected:
                self._connect()
            for _ in range(3):
                if script == "claim":
                    args[0] = "%s:%d" % (self.store.known.epoch, self.store.known.generation)
                reply = self._run(script, keys, args)
                if reply[0] not in (b"HELLO_FIRST", b"NO_EPOCH"):
                    return reply
                self._hello()
            raise StoreDown("the store asks for hello again and again", unknown=False)

    def hello(self):
        with self.lock, self._errors():
            if self.connected:
                self._hello()
            else:
                self._connect()

    @contextlib.contextmanager
    def _errors(self):
        # Whether a call that failed on the way was executed cannot be known, unless there was no connection to begin with.
        self.sent = False
        try:
            yield
        except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
            self._drop()
            raise StoreDown("%s: %s" % (type(error).__name__, error), unknown=self.sent) from None
        except redis.ResponseError as error:  # OOM, READONLY, LOADING, BUSY, ...: refused before it began
            self._drop()
            raise StoreDown("the store refused: %s" % error, unknown=False) from None
        except BaseException:  # also a soft time limit: a reply that nobody read would be taken for the next call's
            self._drop()
            raise

    def _drop(self):
        self.connected = False
        self.connection.disconnect()

    def _connect(self):
        self.connection.disconnect()
        self.connection.connect()
        self._hello()
        self.connected = True

    def _hello(self):
        info = {}
        for section in ("server", "replication", "memory"):
            self.connection.send_command("INFO", section)
            for line in self.connection.read_response().decode().splitlines():
                name, _, value = line.partition(":")
                info[name] = value
        if info.get("maxmemory_policy") != "noeviction":
            raise StoreDown(
                "the store's maxmemory-policy is %r, so it may forget finished work: set it to noeviction"
                % info.get("maxmemory_policy"),
                unknown=False,
            )
        self.marks = int(info["redis_version"].split(".")[0]) >= 7
        store, known = self.store, self.store.known
        identity = "%s|%s" % (info.get("run_id", ""), info.get("master_replid", ""))
        generation = known.generation if known.identity == identity else 0
        reply = self._run(
            "hello",
            [store.health, store.health, store.workers],
            [known.epoch, generation, known.counter, identity, secrets.token_hex(16)]
            + [store.unsafe_ms, store.horizon_ms, known.worker, *store.limits],
        )
        known.met(identity, reply[1].decode(), int(reply[2]), int(reply[3]), int(reply[6]))
        if reply[0] != b"OK":
            log.warning("store says %s: %d ms unsafe, %d ms of loss", reply[0].decode(), reply[4], reply[5])

    def _run(self, script, keys, args):
        text, sha = self.store.scripts[script][self.marks]
        try:
            return self._command("EVALSHA", sha, keys, args)
        except redis.exceptions.NoScriptError:
            return self._command("EVAL", text, keys, args)

    def _command(self, command, script, keys, args):
        self.sent = self.connected or script != "hello"
        self.connection.send_command(command, script, len(keys), *keys, *args)
        return self.connection.read_response()


class _Lease:
    """A granted claim. `validity` ends by this machine's clock, before the store's can."""

    def __init__(self, key, attempt, print_, nonce, reply, asked, seconds):
        self.key, self.attempt, self.fingerprint, self.nonce = key, attempt, print_, nonce
        self.token, self.ran, self.claimed_at = int(reply[1]), int(reply[2]), int(reply[3])
        self.seconds = seconds
        self.renewed(asked)
        self.lost = self.ended = self.handed_off = False

    def renewed(self, asked):
        self.asked, self.validity = asked, asked + self.seconds


class _Store:
    """The scripts on one Redis. One per process."""

    def __init__(self, settings):
        self.settings = settings
        self.pool = redis.ConnectionPool.from_url(
            settings.url, socket_timeout=CALL_SECONDS, socket_connect_timeout=CALL_SECONDS, protocol=2, **_no_retries()
        )
        prefix = "sed:{%s}:" % settings.namespace
        self.health, self.workers = prefix + "h", prefix + "w"
        self.records, self.blocks = (prefix + "r:").encode(), (prefix + "b:").encode()
        self.unsafe_ms, self.horizon_ms = 10_000, settings.retention_ms
        lease = settings.lease_ms  # the silence after which a lease may be over although its owner lives, and the time to renew
        self.limits = [max(2_000, min(15_000, lease // 2)), max(10_000, min(30_000, 2 * lease))]
        self.scripts = settings.scripts
        self.known = _Knowledge()
        self.work, self.keeping = _Session(self), _Session(self)
        self.leases = set()
        self.pending = collections.deque()  # calls to repeat until the store answers
        self.down_since = None
        self.lock = threading.Lock()
        self.wake = threading.Event()
        threading.Thread(target=self._keep, name="sedano-keeper", daemon=True).start()

    def _keys(self, key, *more):
        return [self.records + key.record, self.health, *more]

    def claim(self, key, attempt, print_, delivery, policy, keep_ms):
        """A _Lease, or the refusing reply. StoreDown: nothing may run."""
        nonce = uuid.uuid4().hex
        if self.down_since is not None:
            self.block(key, attempt, delivery)
            raise StoreDown("the store is given up until it says hello again", unknown=False)
        flags = ("P" if policy.park else "R") + ("1" if delivery.redelivered else "0")
        lease_ms = self.settings.lease_ms
        args = ["", nonce, attempt, print_, key.task_id, lease_ms, keep_ms, flags]
        args += [delivery.owner, policy.max_crashes]
        asked = time.monotonic()
        try:
            try:
                reply = self.work.call("claim", self._keys(key), args)
            except StoreDown as first:
                if not first.unknown or time.monotonic() - asked > 0.25:
                    raise
                reply = self.work.call("claim", self._keys(key), args)
        except StoreDown as error:
            # It may have been executed all the same: without a release, the key would be held until the lease is over.
            self._later(lambda: self.keeping.call("release", self._keys(key), [nonce]))
            self.block(key, attempt, delivery)
            self._failed(error)
            raise
        if reply[0] != b"GRANTED":
            return reply
        self.known.acknowledged(int(reply[4]), int(reply[5]), int(reply[3]))
        lease = _Lease(key, attempt, print_, nonce, reply, asked, lease_ms / 1000)
        with self.lock:
            self.leases.add(lease)
        return lease

    def block(self, key, attempt, delivery):
        """Notes a delivery that the fail-safe kept from running, to be reported when the store is back."""
        if delivery.block is None:  # else a copy of a delivery that is noted already: the outage goes on
            delivery.block = uuid.uuid4().hex
            counters["blocked"] += 1
        block, at, keep = delivery.block, self.known.store_time(), self.settings.retention_ms
        keys = self._keys(key, self.blocks + key.record)
        self._later(lambda: self.keeping.call("report_blocked", keys, [block, attempt, at, keep]))

    def _later(self, call):
        if len(self.pending) >= MOST_PENDING:
            counters["unreported"] += 1
        else:
            self.pending.append(call)

    def _failed(self, error):
        with self.lock:
            if self.down_since is None:
                self.down_since = time.monotonic()
                log.warning("store unavailable (%s): nothing runs, deliveries wait in the broker", error)
        self.wake.set()

    def release(self, lease):
        """Gives a claim back whose task surely never started."""
        self.forget(lease)
        self._later(lambda: self.keeping.call("release", self._keys(lease.key), [lease.nonce]))
        self.wake.set()

    def forget(self, lease):
        with self.lock:
            self.leases.discard(lease)
        lease.ended = True

    def complete(self, lease, ttl_ms, outcome, kept, result=None, follow_ups=()):
        """Records an outcome; waits for the store as long as it takes. False if another owner took over."""
        keys = self._keys(lease.key, self.blocks + lease.key.record)
        args = [lease.token, lease.attempt, ttl_ms, outcome, lease.fingerprint, lease.claimed_at, lease.key.task_id, kept]
        if result is not None:
            keys.append(result[0])
        args += [*(result[1:] if result else ("", 0)), _follow_up_list(follow_ups), 0]
        return self._ended(lease, self._surely("complete", keys, args))

    def handoff(self, lease, keep_ms, next_attempt, next_print, follow_ups):
        """Records that a later attempt follows, with its message. StaleOwner if another owner took over."""
        keys = self._keys(lease.key, self.blocks + lease.key.record)
        args = [lease.token, lease.attempt, keep_ms, next_attempt, next_print, lease.claimed_at, lease.key.task_id]
        args += [lease.fingerprint, "", 0, _follow_up_list(follow_ups)]
        if not self._ended(lease, self._surely("handoff", keys, args)):
            raise StaleOwner("another worker took over key %r" % lease.key.key)
        lease.handed_off = True

    def _ended(self, lease, reply):
        self.forget(lease)
        if reply[0] == b"STALE":
            lease.lost = True
            return False
        self.known.acknowledged(int(reply[3]), int(reply[4] or 0))
        return True

    def settle(self, key, token):
        """Tells the store that the follow-ups of a tenure are published."""
        try:
            self.work.call("settle", self._keys(key), [token])
        except StoreDown as error:
            self._failed(error)
            self._later(lambda: self.keeping.call("settle", self._keys(key), [token]))

    def start(self, lease):
        """Counts the start of work that lost an owner before, so that its crashes are known as its own."""
        reply = self.work.call("start", self._keys(lease.key), [lease.token])
        if reply[0] == b"STALE":
            self.forget(lease)
            lease.lost = True
        return not lease.lost

    def write_result(self, key, body, ttl_ms):
        """Gives a caller a result that no completion of its own carries."""
        self.work.call("result", [key], [body, ttl_ms, 1, 1])

    def owns(self, lease):
        """Whether the lease is still the key's last one; waits for the store as long as it takes."""
        if lease.lost or lease.ended:
            return False
        asked = time.monotonic()
        return self._renewed(lease, asked, self._surely("renew", self._keys(lease.key), self._renewal(lease)))

    def _renewal(self, lease):
        return [lease.token, self.settings.lease_ms]

    def _renewed(self, lease, asked, reply):
        if reply[0] == b"OK":
            lease.renewed(asked)
            self.known.acknowledged(int(reply[2]), int(reply[3] or 0), int(reply[1]))
        elif reply[0] == b"STALE" and not lease.ended:
            self.forget(lease)
            lease.lost = True
            counters["zombies"] += 1
            log.warning("lease %d was taken over by another owner while its task runs here", lease.token)
        return reply[0] == b"OK"

    def _surely(self, script, keys, args):
        for pause in itertools.chain((0.1, 0.2), itertools.repeat(0.5)):
            try:
                return self.work.call(script, keys, args)
            except StoreDown as error:
                self._failed(error)
                time.sleep(pause)

    def _keep(self):
        """The thread `sedano-keeper`: renews leases, probes, repeats what is pending, so that no task can delay it."""
        probe, said = 0.5, time.monotonic()
        while True:
            self.wake.wait(min(1.0, self.settings.lease_ms / 10_000, probe))
            self.wake.clear()
            try:
                if self.down_since is not None or time.monotonic() - said > TICK_SECONDS:
                    self.keeping.hello()
                    said = time.monotonic()
                self._renew_due()
                while self.pending:
                    self.pending[0]()
                    self.pending.popleft()
                with self.lock:
                    if self.down_since is not None:
                        log.warning("store is back after %.1f s: work resumes", time.monotonic() - self.down_since)
                        self.down_since = None
                probe = 0.5
            except StoreDown as error:
                self._failed(error)
                probe = min(10.0, probe * 2)
                time.sleep(secrets.randbelow(1000) / 1000 * min(probe, self.settings.lease_ms / 10_000))
            except Exception:
                log.exception("sedano-keeper: a defect")
                time.sleep(1)

    def _renew_due(self):
        with self.lock:
            due = [lease for lease in self.leases if time.monotonic() - lease.asked > lease.seconds / 3]
        for lease in due:
            asked = time.monotonic()
            self._renewed(lease, asked, self.keeping.call("renew", self._keys(lease.key), self._renewal(lease)))


def _no_retries():
    from redis.backoff import NoBackoff
    from redis.retry import Retry as RedisRetry

    return {"retry": RedisRetry(NoBackoff(), 0)}  # a repetition must be our own decision: it costs time that a lease has not


#: What happened in this process: blocked, duplicates, conflicts, parked, zombies, waited, unreported.
counters = collections.Counter()


# --- the broker ------------------------------------------------------------------------------------------------------


class _Publisher:
    """Confirmed copies of deliveries into other queues, on a connection of its own. One per process; thread-safe."""

    def __init__(self, app):
        self.app = app
        self.lock = threading.Lock()
        self.connection = self.channel = None
        self.quorum = {}

    def waits_in_quorum(self, queue):
        """Whether what came from this queue waits in a quorum queue; the broker is asked once, however long that takes.

        A classic queue forgets an expired message before the other queue has it: what is in a quorum queue would become less
        safe by waiting. Messages expire in quorum queues from RabbitMQ 3.10 on."""
        if queue not in self.quorum:
            self._repeat("nothing is known of queue %s" % queue, lambda: self._ask(queue))
        return self.quorum[queue]

    def _ask(self, queue):
        version = str(self.connection.connection.server_properties.get("version", "0"))
        expires = tuple(int(part) for part in re.findall(r"\d+", version)[:2]) >= (3, 10)
        self.quorum[queue] = expires and self._is_quorum(queue)

    def _is_quorum(self, queue):
        """A declaration that differs from the queue is refused; Celery declares what it consumes, so the rest is as it says."""
        known = self.app.amqp.queues.get(queue)
        arguments = dict((known.queue_arguments if known is not None else None) or {})
        if "x-queue-type" in arguments:
            return arguments["x-queue-type"] == "quorum"
        probe = self.connection.connection.channel()
        try:
            probe.queue_declare(queue=queue, passive=True)  # or one that is gone would be made
            probe.queue_declare(
                queue=queue, durable=True, auto_delete=False, arguments={**arguments, "x-queue-type": "quorum"}
            )
            return True
        except (amqp.NotFound, amqp.PreconditionFailed):
            return False
        finally:
            if probe.is_open:
                probe.close()

    def publish(self, queue, arguments, delivery, headers, expiration=None):
        """Puts a copy of a delivery into a queue. Returns when the broker has it, however long that takes."""

        entity = Queue(queue, durable=True, queue_arguments=arguments)
        self.send(delivery.message("", queue, headers, expiration), [entity])

    def send(self, message, entities=()):
        """Publishes a message, after `entities` were declared. Returns when the broker has it, however long that takes."""
        names = ("content_type", "content_encoding", "correlation_id", "reply_to", "expiration", "priority")
        properties = {name: message[name] for name in names if message.get(name) is not None}
        copy = amqp.Message(
            message["body"],
            application_headers=message["headers"],
            delivery_mode=2,
            message_id=str(uuid.uuid4()),
            **properties,
        )

        def confirmed():
            for entity in entities:
                self._declare(entity)
            # Mandatory: a confirm alone does not say that a queue took it. A return raises.
            self.channel.basic_publish_confirm(
                copy,
                exchange=message["exchange"],
                routing_key=message["routing_key"],
                mandatory=True,
                confirm_timeout=30,
            )

        self._repeat("no message in %s" % message["routing_key"], confirmed)

    def _repeat(self, what, step):
        for failures in itertools.count():
            try:
                with self.lock:
                    self._connect()
                    step()
                return
            except Exception as error:  # whatever it is: what is not confirmed is not there, the delivery stays unacknowledged
                log.error("%s yet (%s: %s), tried again", what, type(error).__name__, error)
                with self.lock:
                    self._close()
                time.sleep(min(5.0, 0.1 * 2 ** min(failures, 6)))

    def _declare(self, entity):
        try:
            if isinstance(entity, Queue):  # an existing one is used as it is, whatever its arguments
                probe = self.connection.channel()
                probe.queue_declare(queue=entity.name, passive=True)
                probe.close()
                return
        except amqp.NotFound:
            pass
        maybe_declare(entity, self.channel, retry=False)

    def _connect(self):
        if self.channel is None:
            self.connection = self.app.connection_for_write(heartbeat=0)
            self.connection.ensure_connection(max_retries=1, timeout=5)
            self.channel = self.connection.channel()

    def _close(self):
        connection, self.connection, self.channel = self.connection, None, None
        if connection is not None:
            try:
                connection.collapse()
            except Exception:
                log.debug("closing a broken connection", exc_info=True)


class _Request(Request):
    """Hands the message as it came to the process that runs the task, so that copies of it are true copies."""

    def __init__(self, message, *args, **kwargs):
        super().__init__(message, *args, **kwargs)
        body = message.body
        self._request_dict["sedano_raw"] = {
            "headers": dict(message.headers or {}),
            "body": body if isinstance(body, (str, bytes)) else bytes(body),
            "queue": _queue_of(self._app, message),
        }


def _queue_of(app, message):
    """The queue that a message was consumed from; None if it cannot be told."""
    info = message.delivery_info or {}
    # The consumer that got it knows. Exchange and key do not tell, if two queues get what is published to them.
    tag = info.get("consumer_tag")
    receiver = getattr((getattr(message.channel, "callbacks", None) or {}).get(tag), "__self__", None)
    for name, its_tag in (getattr(receiver, "_active_tags", None) or {}).items():
        if its_tag == tag:
            return name
    exchange, key = info.get("exchange") or "", info.get("routing_key") or ""
    if not exchange:
        return key or None
    consumed = app.amqp.queues.consume_from
    if len(consumed) == 1:
        return next(iter(consumed))
    bound = [name for name, queue in consumed.items() if _gets(queue, exchange, key)]
    return bound[0] if len(bound) == 1 else None


def _gets(queue, exchange, key):
    """Whether a queue, as the app defines it, gets what is published there."""
    bindings = [(queue.exchange, queue.routing_key)]
    bindings += [(binding.exchange, binding.routing_key) for binding in queue.bindings or ()]
    if exchange.endswith("celery_delayed_delivery"):  # bound to it by the keys of its other bindings; by Sedano by its name
        key = DELAY_LEVELS.sub("", key, count=1)
        return key == "sedano:" + queue.name or any(_fits(pattern, key) for _, pattern in bindings)
    return any(
        bound is not None
        and bound.name == exchange
        and (bound.type in ("fanout", "headers") or pattern == key or bound.type == "topic" and _fits(pattern, key))
        for bound, pattern in bindings
    )


def _fits(pattern, key):
    """Whether a topic exchange takes the routing key for this pattern."""

    def rest(words, patterns):
        if not patterns:
            return not words
        if patterns[0] == "#":
            return any(rest(words[i:], patterns[1:]) for i in range(len(words) + 1))
        return bool(words) and patterns[0] in ("*", words[0]) and rest(words[1:], patterns[1:])

    return rest(key.split("."), (pattern or "").split("."))


def _attempt_of(headers):
    """The attempt that the headers of protocol 2 name; 0 where they name none, as in protocol 1."""
    nesting, retries = headers.get("replaced_task_nesting"), headers.get("retries")
    return sum(number * unit for number, unit in ((nesting, NESTING), (retries, 1)) if isinstance(number, int))


def _of_its_attempt(headers):
    """The headers without what moves of an earlier attempt left in them, see ATTEMPT. Older versions wrote no ATTEMPT."""
    if isinstance(headers.get(ATTEMPT), int) and headers[ATTEMPT] != _attempt_of(headers):
        return {name: value for name, value in headers.items() if name not in OF_MOVES}
    return headers


class _Delivery:
    """What is needed to publish a copy of the message."""

    def __init__(self, task, request):
        raw = request.__dict__.pop("sedano_raw")
        (request.headers or {}).pop("sedano_raw", None)  # or retries would carry it
        self.headers, self.body, self.queue = _of_its_attempt(raw["headers"]), raw["body"], raw["queue"]
        self.properties = request.properties or {}
        self.exchange = (request.delivery_info or {}).get("exchange") or ""
        self.routing_key = (request.delivery_info or {}).get("routing_key") or ""
        self.owner = request.hostname or socket.gethostname()
        self.returned, self.hops = self._count(RETURNED), self._count(HOPS)
        before = [self.headers.get(name) for name in (EXCHANGE, ROUTING_KEY)]
        if (RETURNED in self.headers or DELAYED in self.headers) and all(isinstance(name, str) for name in before):
            self.exchange, self.routing_key = before  # it waited in the broker, which forgot that
        self.block = self.headers.get(BLOCK)
        self.redelivered = bool((request.delivery_info or {}).get("redelivered")) or RETURNED in self.headers
        if self.queue is None:
            log.error(
                "task %s id %s goes back to its queue in %d s: which one that is cannot be told from exchange %r and key %r;"
                " define it in task_queues with that binding",
                task.name, request.id, UNTOLD_SECONDS, self.exchange, self.routing_key,
            )
            time.sleep(UNTOLD_SECONDS)  # no copy can be made of it, and at once it would come straight back
            raise Reject("its queue cannot be told", requeue=True)

    def _count(self, name):
        count = self.headers.get(name)
        return max(0, count) if isinstance(count, int) else 0

    def message(self, exchange, routing_key, headers, expiration):
        """A copy in the form of follow-ups, see `_follow_up_list`."""
        names = ("content_type", "content_encoding", "correlation_id", "reply_to", "priority")
        body = self.body if isinstance(self.body, bytes) else self.body.encode()
        copy = {"exchange": exchange, "routing_key": routing_key, "headers": headers, "body": body, "expiration": expiration}
        return {**copy, **{name: self.properties.get(name) for name in names}}

    def wait(self, publisher, millis, block=None, hops=None):
        """Moves it to the broker for about this time: the longest wait queue that is not longer."""
        level = min(HIGHEST_WAIT, max(1, int(millis) // 1000).bit_length() - 1)
        headers = {name: value for name, value in self.headers.items() if name not in ("x-death", BLOCK)}
        headers[RETURNED] = self.returned + 1
        headers[ATTEMPT] = _attempt_of(headers)
        if self.exchange:
            headers[EXCHANGE], headers[ROUTING_KEY] = self.exchange, self.routing_key
        if hops is not None:
            headers[HOPS] = hops
        if block is not None:
            headers[BLOCK] = block
        arguments = {
            "x-message-ttl": 1000 << level,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.queue,
        }
        name = "%s.wait.%ds" % (self.queue, 1 << level)
        if publisher.waits_in_quorum(self.queue):
            name += ".quorum"  # a queue of the other name may exist from before
            arguments["x-queue-type"] = "quorum"
            arguments["x-dead-letter-strategy"] = "at-least-once"
            arguments["x-overflow"] = "reject-publish"  # without it the broker falls back to at most once
        publisher.publish(name, arguments, self, headers, self.properties.get("expiration"))
        counters["waited"] += 1

    def move(self, publisher, kind, reason, error, **details):
        """Moves it to `<queue>.dead` or `<queue>.parked`, for a person."""
        publisher.publish("%s.%s" % (self.queue, kind), {}, self, self.moved(reason, error, **details))

    def moved(self, reason, error, **details):
        """The headers of a copy for a person: why, from where, when and by whom."""
        return {
            **self.headers,
            "x-sedano-reason": reason,
            "x-sedano-error": error[:1000],
            "x-sedano-exchange": self.exchange,
            "x-sedano-routing-key": self.routing_key,
            "x-sedano-queue": self.queue,
            "x-sedano-time": _iso(time.time()),
            "x-sedano-worker": self.owner,
            **{"x-sedano-" + name.replace("_", "-"): value for name, value in details.items()},
        }


def _iso(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# --- follow-ups ------------------------------------------------------------------------------------------------------


def _follow_up_list(messages):
    """As it is kept beside the marker, where any worker can finish it: b"" for none, else a JSON list in Celery's notation."""
    return celery_json.dumps(list(messages)).encode() if messages else b""


class _Capture:
    """Stands in for Celery's producer: keeps what would be sent, so that it can be recorded first."""

    def __init__(self, app, publisher):
        self.app, self.publisher = app, publisher
        self.serializer = "json"
        self.messages, self.entities = [], []
        self.connection = self

    @contextlib.contextmanager
    def _reraise_as_library_errors(self):
        yield

    @property
    def channel(self):
        with self.publisher.lock:
            self.publisher._connect()
            return self.publisher.channel

    def publish(self, body, routing_key=None, exchange=None, declare=None, headers=None, serializer=None, **properties):
        content_type, content_encoding, data = serialization.dumps(body, serializer or self.serializer)
        expiration = properties.get("expiration")
        self.messages.append(
            {
                "exchange": getattr(exchange, "name", exchange) or "",
                "routing_key": routing_key or "",
                "content_type": content_type,
                "content_encoding": content_encoding,
                "correlation_id": properties.get("correlation_id"),
                "reply_to": properties.get("reply_to"),
                "expiration": None if expiration is None else str(int(expiration * 1000)),
                "priority": properties.get("priority"),
                "headers": headers or {},
                "body": data if isinstance(data, bytes) else data.encode(),
            }
        )
        self.entities.append(declare or ())

    def send(self):
        """Publishes what was kept; returns when the broker has it all."""
        for message, entities in zip(self.messages, self.entities):
            self.publisher.send(message, entities)


_ambient = threading.local()


@contextlib.contextmanager
def _captured(app, publisher):
    """What this thread sends by Celery is kept."""
    capture = _ambient.capture = _Capture(app, publisher)
    try:
        yield capture
    finally:
        _ambient.capture = None


def _let_capture(app):
    """Makes `_captured` work for this app: groups, chains and chords all ask the app for their producer."""
    original = app.producer_or_acquire
    if getattr(original, "sedano", False):
        return

    def producer_or_acquire(producer=None):
        return original(getattr(_ambient, "capture", None) if producer is None else producer)

    producer_or_acquire.sedano = True
    app.producer_or_acquire = producer_or_acquire


# --- the tasks -------------------------------------------------------------------------------------------------------


class Run:
    """What a task may know of its run, see `current_run`."""

    def __init__(self, store, lease):
        self._store, self._lease = store, lease
        self.key = lease.key.key  #: the idempotency key; the task id if none was given
        self.token = lease.token  #: fencing token: grows with every tenure; let your database refuse smaller ones
        self.attempt = lease.attempt  #: replaced_task_nesting * 2^20 + retries
        self.may_have_run_before = lease.ran > 0  #: an earlier run of this attempt may have had effects
        self.store_lost_data = lease.ran == 2  #: ... because the store lost data

    def check_owner(self):
        """StaleOwner if another worker took over. Waits for the store as long as it takes."""
        if not self._store.owns(self._lease):
            raise StaleOwner("another worker took over key %r" % self.key)


def current_run():
    """The `Run` of the idempotent task that this thread executes; None outside of one."""
    return getattr(current_task.request, "sedano_run", None) if current_task else None


class Sedano:
    """Settings of an app's idempotent tasks, and their decorator.

    store: redis:// or rediss:// URL, that of the Java workers' --idempotency-store (or --result-backend).
    namespace, lease, retention: as the Java workers' options; times in seconds.
    scripts: the folder that `./sedano scripts --out` wrote; by default `sedano_lua` beside this file.
    """

    def __init__(self, app, store, namespace="default", lease=30, retention=7 * 86400, scripts=None):
        self.app, self.url, self.namespace = app, store, namespace
        self.lease_ms, self.retention_ms = _millis("lease", lease), _millis("retention", retention)
        if self.retention_ms < self.lease_ms:
            raise ImproperlyConfigured("retention=%r is shorter than lease=%r" % (retention, lease))
        self.scripts = _scripts(pathlib.Path(scripts or pathlib.Path(__file__).with_name("sedano_lua")))
        self._process = None
        self._lock = threading.Lock()

    def task(self, *function, key=None, scope=None, ttl=None, on_lease_loss="rerun", max_crashes=3, **options):
        """As `app.task`, idempotent.

        key: a parameter's name, or a function of the task's arguments; the header idempotency_key goes before it, and
        without either the task id is the key. scope: shares keys between tasks; the task's name by default. ttl: seconds for
        which a completed key is remembered. on_lease_loss: "rerun" (announced by may_have_run_before) or "park".
        max_crashes: a task whose workers died so often while it ran fails, and is parked.
        """
        options.setdefault("base", IdempotentTask)
        options.setdefault("shared", False)  # other apps of the process have other brokers
        if not (isinstance(options["base"], type) and issubclass(options["base"], IdempotentTask)):
            raise ImproperlyConfigured("base=%r: derive it from sedano_idempotent.IdempotentTask" % (options["base"],))
        policy = _Policy(key, scope, ttl, on_lease_loss, max_crashes)
        return self.app.task(*function, sedano=self, sedano_policy=policy, **options)

    def _here(self):
        """Store and publisher of this process: connections and threads do not survive a fork."""
        with self._lock:
            if self._process is None or self._process[0] != os.getpid():
                self._process = (os.getpid(), _Store(self), _Publisher(self.app))
            return self._process[1:]

    def _keep_ms(self, policy):
        return max(policy.ttl or 0, self.retention_ms, LEAST_KEEP)

    def _shares_redis(self, backend):
        """Whether results lie in the store's own database, so that one script writes both."""
        given = getattr(backend, "connparams", None)
        if not given or not hasattr(backend, "get_key_for_task"):
            return False
        theirs = redis.ConnectionPool.from_url(self.url).connection_kwargs
        place = ("host", "port", "path")
        return all(_place(given, name) == _place(theirs, name) for name in place) and int(given.get("db") or 0) == int(
            theirs.get("db") or 0
        )


def _place(parameters, name):
    value = parameters.get(name)
    return str(value or 6379) if name == "port" else (value or ("localhost" if name == "host" else None))


def _scripts(folder):
    """name -> {False: (text, sha), True: the same as Redis from 7.0 wants it}."""
    found = {}
    for file in sorted(folder.glob("*.lua")):
        plain = file.read_bytes()
        forms = {False: plain, True: b"#!lua\n" + plain}
        found[file.stem] = {mark: (text, hashlib.sha1(text).hexdigest()) for mark, text in forms.items()}
    missing = set(SCRIPTS) - set(found)
    if missing:
        raise ImproperlyConfigured(
            "%s lacks %s: write the scripts with `./sedano scripts --out %s`"
            % (folder, ", ".join(name + ".lua" for name in sorted(missing)), folder)
        )
    return found


class _Done:
    """What a call returned that was finished before."""

    def __init__(self, result):
        self.result = result


class IdempotentTask(Task):
    """Base of the tasks that `Sedano.task` makes."""

    abstract = True
    Request = __name__ + ":_Request"
    track_started = False  # STARTED would be written before the claim, over the outcome of a finished run
    sedano = None
    sedano_policy = None

    @classmethod
    def on_bound(cls, app):
        if cls.sedano is None:
            return
        _require(cls, app)

    @property
    def backend(self):
        return _recording(Task.backend.fget(self))

    @backend.setter
    def backend(self, value):
        Task.backend.fset(self, value)

    def __call__(self, *args, **kwargs):
        request = self.request
        if request.called_directly or request.is_eager:  # a call within a program, not a delivery
            return super().__call__(*args, **kwargs)
        try:
            granted = self._claim(request)
        except (Ignore, Reject):
            raise
        except Exception as error:  # a defect, or a soft time limit: it has not run, so this must not become its outcome
            log.exception("task %s id %s could not be claimed, it goes back to its queue", self.name, request.id)
            time.sleep(1)
            raise Reject(error, requeue=True) from None
        if isinstance(granted, _Done):
            return granted.result
        return self._run(*granted, args, kwargs)

    def _claim(self, request):
        """What `_run` needs, or a _Done duplicate; raises Ignore for a delivery that was moved."""
        delivery = _Delivery(self, request)
        store, publisher = self.sedano._here()
        no_key = None
        try:
            print_ = fingerprint(self.name, request.args, request.kwargs)
            try:
                key = self.sedano_policy.key_of(self, request)
            except Exception as error:  # which is then the task's outcome, under its own id
                key, no_key = _Key(request.id), error
        except TypeError as error:
            delivery.move(publisher, "dead", "malformed_body", str(error))
            raise Ignore("dead letter: %s" % error) from None
        attempt = int(request.replaced_task_nesting or 0) * NESTING + int(request.retries or 0)
        policy = self.sedano_policy
        try:
            lease = store.claim(key, attempt, print_, delivery, policy, self.sedano._keep_ms(policy))
            if not isinstance(lease, _Lease):
                return self._refused(lease, key, delivery, store, publisher)
            started = not lease.ran or self._started(lease, store)
        except StoreDown as error:
            delivery.wait(publisher, 1000 << min(delivery.returned, 5), delivery.block)
            raise Ignore("the store is in doubt, the delivery waits: %s" % error) from None
        if lease.ran:
            counters["takeovers"] += 1
        if not started or time.monotonic() >= lease.validity:  # paused since the claim: another worker may have the key by now
            store.release(lease)
            delivery.wait(publisher, 1000)
            raise Ignore("paused for longer than the lease, the delivery waits")
        request.sedano_lease, request.sedano_delivery = lease, delivery
        request.sedano_run = Run(store, lease)
        return lease, delivery, store, publisher, no_key

    @staticmethod
    def _started(lease, store):
        try:
            return store.start(lease)
        except StoreDown:
            store.release(lease)
            raise

    def _run(self, lease, delivery, store, publisher, no_key, args, kwargs):
        if lease.ran == POISON:
            self._poison(delivery)
        try:
            if no_key is not None:
                raise no_key
            result = self.run(*args, **kwargs)
        except (Ignore, Reject, Retry, StaleOwner) as end:
            if lease.lost or isinstance(end, StaleOwner):
                self._lost(lease, delivery, store, publisher)
            if lease.handed_off:
                raise
            if isinstance(end, Reject) and isinstance(end.reason, (EncodeError, ImproperlyConfigured)):
                raise end.reason from None  # a retry that cannot be sent: nothing was handed off
            if isinstance(end, Reject) and end.requeue:
                store.forget(lease)  # it comes again, and runs announced when the lease is over
            elif not store.complete(lease, self._ttl(), "FAILURE" if isinstance(end, Reject) else "IGNORED", ""):
                self._lost(lease, delivery, store, publisher)
            raise
        if lease.lost:
            self._lost(lease, delivery, store, publisher)
        if self.request.callbacks or self.request.chain:
            self._plan(result, publisher)
        return result

    def _plan(self, result, publisher):
        """What Celery would send now is recorded with the outcome first: sent before, a run that lost its key would send it
        too; sent after without a record, a crash would lose it."""
        request, app = self.request, self._get_app()
        _dump(_record(self.backend, request, states.SUCCESS, result, None))  # fails before anything is taken from the request
        _fix_ids(request)
        options = {"parent_id": request.id, "root_id": request.root_id or request.id}
        with _captured(app, publisher) as capture:
            for callback in request.callbacks or ():
                signature(callback, app=app).apply_async((result,), **options)
            if request.chain:
                signature(request.chain[-1], app=app).apply_async((result,), chain=request.chain[:-1], **options)
        request.sedano_follow_ups = capture
        request.callbacks = request.chain = None

    def _poison(self, delivery):
        """The outcome of work that killed its workers: FAILURE for the caller, and a copy for a person."""
        request = self.request
        crashes = self.sedano_policy.max_crashes
        why = "the worker died %d times while it ran this task; it is parked" % crashes
        log.error("task %s id %s: %s", self.name, request.id, why)
        counters["parked"] += 1
        _, publisher = self.sedano._here()
        capture = request.sedano_follow_ups = _Capture(self._get_app(), publisher)
        headers = delivery.moved(
            "poison", "its workers died %d times while it ran" % crashes, **_details(request.sedano_lease.key)
        )
        capture.messages.append(delivery.message("", delivery.queue + ".parked", headers, None))
        capture.entities.append([Queue(delivery.queue + ".parked", durable=True)])
        self.backend.mark_as_failure(request.id, WorkerLostError(why), None, request=request)
        raise Ignore("parked: %s" % why)

    def _lost(self, lease, delivery, store, publisher):
        """The delivery is a second copy now: it waits for what the new owner does."""
        store.forget(lease)
        delivery.wait(publisher, 1000)
        raise Ignore("another owner took over, this result is dropped")

    def _refused(self, reply, key, delivery, store, publisher):
        word = reply[0].decode()
        if word in ("BUSY", "UNSAFE"):
            delivery.wait(publisher, min(LONGEST_HOLD, int(reply[2 if word == "BUSY" else 1])))
            raise Ignore("the key is held elsewhere, the delivery waits")
        if word == "DUPLICATE":
            self._follow_up(reply, 5, key, store, publisher)
            return self._duplicate(reply, store)
        if word == "STALE_ATTEMPT":
            self._follow_up(reply, 3, key, store, publisher)
            counters["duplicates"] += 1
            raise Ignore("an old copy: a later attempt exists")
        if word == "FOLLOW_UPS":
            self._follow_up(reply, 2, key, store, publisher)
            delivery.wait(publisher, 1000)
            raise Ignore("a failed run gave the key free, its follow-ups are out now: the delivery claims again")
        if word == "CONFLICT":
            counters["conflicts"] += 1
            error = IdempotencyConflict("the idempotency key is in use with other arguments")
            self._answer(store, _record(self.backend, self.request, states.FAILURE, error, None))
            delivery.move(
                publisher,
                "dead",
                "conflict",
                'task "%s": the idempotency key is in use with other arguments; use another key for other work' % self.name,
            )
            raise Ignore("dead letter: %s" % error)
        if word in ("PARKED", "HELD_AFTER_LOSS"):
            counters["parked"] += 1
            reason, error = ("parked", "an earlier owner vanished while it ran")
            if word == "HELD_AFTER_LOSS":
                reason, error = ("store_lost_data", "the store lost data and an earlier copy may have run")
            details = _details(key)
            if len(reply) > 4:  # whose run it was
                details.update(owner=reply[2].decode(), started=_iso(int(reply[3]) / 1000), last_step=reply[4].decode())
            delivery.move(publisher, "parked", reason, error, **details)
            raise Ignore("parked: %s" % error)
        raise StoreDown("the store answers %s, which this version does not know" % word, unknown=False)

    def _follow_up(self, reply, index, key, store, publisher):
        """Sends what the owner of a finished run recorded and did not live to send."""
        kept = reply[index] if len(reply) > index else None
        if not kept:
            return
        items = celery_json.loads(kept)
        for item in items:  # a chord must know what it waits for before its parts come in
            if "chord_size_of" in item:
                self._tell_chord(item["chord_size_of"], "size", item["size"], ".s", item["header"] or b"")
            elif "chord_addition_to" in item:
                self._tell_chord(item["chord_addition_to"], "add:" + item["task_id"], item["parts"], ".t", b"")
        for item in items:
            if "chord_size_of" in item or "chord_addition_to" in item:
                continue
            if "errback" in item:
                log.error("errback %s of task %s runs in its own worker only, which is gone: it is left out",
                          item["errback"]["task"], item["request"]["id"])
            elif "result_of" in item:
                record = json.loads(item["record"])
                caller = types.SimpleNamespace(reply_to=item["reply_to"], correlation_id=None)
                self._store_for(store, item["result_of"], record, caller)
            elif "chord_part_of" in item:
                self._count_part(item)
            else:
                publisher.send(item)
        store.settle(key, int(reply[1]))

    def _tell_chord(self, group, what, parts, ending, header):
        """What a worker-made chord waits for; told twice, it changes nothing."""
        text = self.sedano.scripts["chord_tell"][False][0]
        ends = (".sedano", ending, ".c", "")
        keys = [self.backend.get_key_for_group(group, end) for end in ends]
        expires = self.backend.chord_expires or 86400
        self.backend.client.eval(text, len(keys), *keys, what, parts, int(expires), header)

    def _count_part(self, item):
        """Counts a finished part of a chord as Celery does, which knows parts that were counted before."""
        _, part_id, state, value = celery_json.loads(item["value"])
        part = Context(
            id=part_id,
            root_id=item["root_id"],
            group=item["chord_part_of"],
            group_index=item["group_index"],
            chord=item["body"],
        )
        result = value if state == states.SUCCESS else self.backend.exception_to_python(value)
        self.backend.on_chord_part_return(part, state, result)

    def _duplicate(self, reply, store):
        request = self.request
        counters["duplicates"] += 1
        first = reply[2].decode() or request.id
        log.info("duplicate of task %s: id %s was completed as id %s", self.name, request.id, first)
        if reply[4] is not None:
            record = json.loads(reply[4])
            record["task_id"] = request.id
            self._answer(store, record)
        else:
            record = _stored(self.backend, first)
        request.sedano_answered = True
        if first == request.id:  # its first delivery sent what follows; a part of a chord counts once by its id
            request.callbacks = request.errbacks = request.chain = None
        if record and record["status"] == states.SUCCESS:
            return _Done(celery_json.loads(json.dumps(record["result"])))
        if record and record["status"] == states.FAILURE and first != request.id:
            self.backend.mark_as_failure(
                request.id, self.backend.exception_to_python(record["result"]), record["traceback"], request=request
            )
        raise Ignore("a duplicate of a finished call")

    def _answer(self, store, record):
        """Gives the caller of this delivery a record that is not the outcome of a run of its own."""
        if not self.request.ignore_result:
            self._store_for(store, self.request.id, record, self.request)

    def _store_for(self, store, task_id, record, request):
        backend = self.backend
        if self.sedano._shares_redis(backend):
            store.write_result(backend.get_key_for_task(task_id), _dump(record), _expiry_ms(backend, record["status"]))
        elif request.reply_to or hasattr(backend, "get_key_for_task"):
            result = celery_json.loads(json.dumps(record["result"]))
            backend.plain_store_result(task_id, result, record["status"], record.get("traceback"), request=request)

    def _ttl(self):
        return self.sedano_policy.ttl or self.sedano.retention_ms

    # --- hand-off: the next attempt is recorded before its message is sent

    def apply_async(self, args=None, kwargs=None, task_id=None, **options):
        request = self.request
        lease = getattr(request, "sedano_lease", None)
        if lease is None or task_id != request.id or int(options.get("retries") or 0) <= int(request.retries or 0):
            return super().apply_async(args, kwargs, task_id=task_id, **options)
        store, publisher = self.sedano._here()
        options["headers"] = _moved_headers(options.get("headers"), lease.key)
        with _captured(self._get_app(), publisher) as capture:
            result = super().apply_async(args, kwargs, task_id=task_id, **options)
        sent = celery_json.loads(capture.messages[0]["body"])
        attempt = int(request.replaced_task_nesting or 0) * NESTING + options["retries"]
        self._hand_off(lease, attempt, fingerprint(self.name, sent[0], sent[1]), capture, store)
        return result

    def on_replace(self, sig):
        request = self.request
        lease = getattr(request, "sedano_lease", None)
        if lease is None:
            return super().on_replace(sig)
        store, publisher = self.sedano._here()
        for heir in _heirs(sig, request.id):
            heir.options["headers"] = _moved_headers(heir.options.get("headers"), lease.key)
        with _captured(self._get_app(), publisher) as capture:
            sig.delay()
        attempt = (int(request.replaced_task_nesting or 0) + 1) * NESTING
        self._hand_off(lease, attempt, "", capture, store)  # '': any arguments
        raise Ignore("Replaced by new task")

    def _hand_off(self, lease, attempt, print_, capture, store):
        store.handoff(lease, self.sedano._keep_ms(self.sedano_policy), attempt, print_, capture.messages)
        capture.send()
        store.settle(lease.key, lease.token)


def _details(key):
    return {"key": key.key, "scope": key.scope} if key.explicit else {}


def _moved_headers(headers, key):
    headers = {name: value for name, value in (headers or {}).items() if name not in OF_MOVES and name != "x-death"}
    return {**headers, **{"x-sedano-" + name: value for name, value in _details(key).items()}}


def _heirs(sig, task_id):
    """The tasks within a replacement that keep the id."""
    inner = [*(getattr(sig, "tasks", None) or ()), *filter(None, [getattr(sig, "body", None)])]
    if inner:
        return [heir for part in inner for heir in _heirs(part, task_id)]
    return [sig] if sig.options.get("task_id") == task_id else []


def _fix_ids(request):
    """Callbacks that have no id yet get one that a rerun gives them again, so that their own claims remove copies."""
    for i, callback in enumerate(request.callbacks or ()):
        if "tasks" not in (callback.get("kwargs") or {}):  # a group has no id of its own
            link = uuid.uuid5(uuid.NAMESPACE_OID, "%s link %d" % (request.id, i))
            callback.setdefault("options", {}).setdefault("task_id", str(link))


def _require(task, app):
    """Refuses settings under which deliveries could be lost or run in silence."""

    def refuse(setting, cure):
        raise ImproperlyConfigured("task %r cannot be idempotent: %s; %s" % (task.name, setting, cure))

    if not task.acks_late:
        refuse(
            "acks_late is off",
            "set acks_late=True on the task, or task_acks_late=True: acknowledged early, a crash loses it",
        )
    if not task.reject_on_worker_lost:
        refuse(
            "reject_on_worker_lost is off",
            "set reject_on_worker_lost=True on the task, or task_reject_on_worker_lost=True:"
            " without it a killed process counts as a failure and its message is acknowledged",
        )
    if getattr(task, "retry_on_worker_lost", None):
        refuse("retry_on_worker_lost is on", "turn it off: it retries without a hand-off")
    if task.time_limit or app.conf.task_time_limit:
        refuse("time_limit kills the process without an outcome", "use soft_time_limit")
    for setting in ("task_serializer", "result_serializer"):
        if app.conf[setting] != "json":
            refuse("%s is %r" % (setting, app.conf[setting]), "set it to 'json', which the Java workers read")
    _let_capture(app)
    # Every publication of the app is confirmed from now on: an unconfirmed callback on errors may be lost.
    app.conf.broker_transport_options = dict(app.conf.broker_transport_options or {}, confirm_publish=True)


# --- results ---------------------------------------------------------------------------------------------------------


class _Recording:
    """Mixed into the app's own result backend: outcomes of runs under a lease are recorded with the completion marker."""

    def plain_store_result(self, *args, **kwargs):
        return super().store_result(*args, **kwargs)

    def store_result(self, task_id, result, state, traceback=None, request=None, **kwargs):
        if request is not None and task_id == request.id:
            if getattr(request, "sedano_lease", None) is not None and state in states.READY_STATES | {states.RETRY}:
                return result  # written with the marker; RETRY could overtake the outcome of the next attempt
            if getattr(request, "sedano_answered", False):
                return result
        return super().store_result(task_id, result, state, traceback=traceback, request=request, **kwargs)

    def mark_as_done(self, task_id, result, request=None, store_result=True, state=states.SUCCESS):
        if self._finish(request, state, result, None, store_result):
            super().mark_as_done(task_id, result, request, store_result, state)

    def mark_as_failure(
        self, task_id, exc, traceback=None, request=None, store_result=True, call_errbacks=True, state=states.FAILURE
    ):
        if self._finish(request, state, exc, traceback, store_result):
            super().mark_as_failure(task_id, exc, traceback, request, store_result, call_errbacks, state)

    def _finish(self, request, state, result, traceback, wanted):
        """Records the outcome of a run under a lease. False if another owner took over: then nothing follows."""
        lease = getattr(request, "sedano_lease", None)
        if lease is None or lease.handed_off:
            return True
        if lease.lost:
            return False
        if lease.ended:
            return True
        task, delivery = self.app.tasks[request.task], request.sedano_delivery
        store, publisher = task.sedano._here()
        wanted = wanted and not request.ignore_result
        record = _record(self, request, state, result, traceback)
        body = _dump(record)
        if len(body) > LARGEST_RESULT:
            error = ResultTooLarge("the result is larger than %d KiB" % (LARGEST_RESULT // 1024))
            trace = "Traceback (most recent call last):\nResultTooLarge: %s\n" % error
            record = _record(self, request, states.FAILURE, error, trace)
            body = _dump(record)
        shared = task.sedano._shares_redis(self)
        keeps = lease.key.explicit or not hasattr(self, "get_key_for_task")
        after = getattr(request, "sedano_follow_ups", None) if record["status"] == state else None
        follow_ups = after.messages if after else ()
        if shared and wanted:
            target = (self.get_key_for_task(request.id), body, _expiry_ms(self, record["status"]))
            done = store.complete(lease, task._ttl(), record["status"], "=" if keeps else "", target, follow_ups)
        else:
            elsewhere = wanted and not shared
            first = elsewhere and hasattr(self, "get_key_for_task")  # a result that is stored, not sent
            if first:
                self._surely_store(request, record)
            done = store.complete(lease, task._ttl(), record["status"], body if keeps else "", None, follow_ups)
            if done and elsewhere and not first:
                self._surely_store(request, record)
        if not done:
            counters["zombies"] += 1
            log.warning("task %s id %s: another owner took over, this result is dropped", task.name, request.id)
            delivery.wait(publisher, 1000)
        elif after:
            after.send()
            store.settle(lease.key, lease.token)
        return done

    def _surely_store(self, request, record):
        result = celery_json.loads(celery_json.dumps(record["result"]))
        for failures in itertools.count():
            try:
                return self.plain_store_result(request.id, result, record["status"], record["traceback"], request=request)
            except Exception as error:  # the task has run: its outcome is kept until the backend takes it
                log.error("result of %s not stored yet (%s), tried again", request.id, type(error).__name__)
                time.sleep(min(5.0, 0.1 * 2 ** min(failures, 6)))


_recording_classes = {}


def _recording(backend):
    """The backend with `_Recording` before its own methods; it shares all state with the original."""
    plain = type(backend)
    if issubclass(plain, _Recording):
        return backend
    kind = _recording_classes.get(plain)
    if kind is None:
        kind = _recording_classes[plain] = type("Recording" + plain.__name__, (_Recording, plain), {})
    twin = object.__new__(kind)
    twin.__dict__ = backend.__dict__
    return twin


def _record(backend, request, state, result, traceback):
    meta = backend._get_result_meta(backend.encode_result(result, state), state, traceback, request)
    meta.pop("task_id", None)
    meta["task_id"] = request.id  # last, where the Java workers look for it
    return meta


def _dump(record):
    try:
        return celery_json.dumps(record).encode()
    except Exception as error:
        raise EncodeError("the result has no JSON form: %s" % error) from error


def _expiry_ms(backend, state):
    seconds = getattr(backend, "failure_expires", None) if state == states.FAILURE else None
    seconds = backend.expires if seconds is None else seconds
    return int(float(seconds) * 1000) if seconds else 0


def _stored(backend, task_id):
    try:
        return backend.get_task_meta(task_id, cache=False)
    except Exception:
        log.debug("no stored result of %s", task_id, exc_info=True)
        return None


# --- tasks of the Java workers ---------------------------------------------------------------------------------------


class _Stub(Task):
    abstract = True
    Request = __name__ + ":_Request"
    acks_late = True
    reject_on_worker_lost = True
    acks_on_failure_or_timeout = True
    ignore_result = False
    throws = (NotRegistered,)

    def __call__(self, *args, **kwargs):
        request = self.request
        if request.called_directly or request.is_eager:
            raise NotImplementedError("task %r runs in the Java workers: call it with delay or apply_async" % self.name)
        delivery = _Delivery(self, request)
        publisher = self.sedano_publisher.here()
        if delivery.hops >= self.sedano_hops:
            delivery.move(
                publisher,
                "dead",
                "unknown_task",
                'no Java worker took task "%s", though it was passed on %d times: start one that has it on queue %s'
                % (self.name, delivery.hops, delivery.queue),
            )
            raise NotRegistered(self.name)
        # At random: a broker serves its consumers in turn, and two messages that wait equally long could meet the wrong
        # workers for ever. Longer when nobody seems to have the task.
        seconds = secrets.choice((1, 2)) << min(max(0, delivery.hops - 20) // 10, 4)
        delivery.wait(publisher, 1000 * seconds, hops=delivery.hops + 1)
        raise Ignore("task %r runs in the Java workers: passed on" % self.name)


class _PublisherHere:
    def __init__(self, app):
        self.app, self.made, self.lock = app, None, threading.Lock()

    def here(self):
        with self.lock:
            if self.made is None or self.made[0] != os.getpid():
                self.made = (os.getpid(), _Publisher(self.app))
            return self.made[1]


def register_stubs(app, names, hops=MOST_HOPS):
    """Registers tasks that only the Java workers have.

    They can be called like any task. A Python worker that gets one, because it consumes the same queue, passes it on through
    a wait queue, confirmed; Celery would drop it as unknown. What was passed on `hops` times (0 to 1000; the default lasts
    about six hours) goes to `<queue>.dead`, confirmed, and its caller gets FAILURE NotRegistered.
    """
    if isinstance(hops, bool) or not isinstance(hops, int) or not 0 <= hops <= MOST_HOPS:
        raise ImproperlyConfigured("hops=%r: give an integer from 0 to %d" % (hops, MOST_HOPS))

    def elsewhere(*args, **kwargs):
        raise NotImplementedError("runs in the Java workers")

    publisher = _PublisherHere(app)
    options = {"base": _Stub, "typing": False, "shared": False, "sedano_publisher": publisher, "sedano_hops": hops}
    return [app.task(elsewhere, name=name, **options) for name in names]
