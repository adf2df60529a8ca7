"""What the Python companion decides without servers:  python3 -m unittest discover conformance/python"""
import hashlib
import json
import pathlib
import tempfile
import time
import types
import unittest
import unittest.mock
import uuid

from celery import Celery
from celery.app.task import Context
from celery.exceptions import ImproperlyConfigured, Reject
from kombu import Connection, Consumer, Exchange, Queue, binding

import fingerprint_vectors  # noqa: F401  puts examples/python on the path
import sedano_idempotent
from sedano_idempotent import Sedano



class Request:
    def __init__(self, *args, headers=None, **kwargs):
        self.id, self.args, self.kwargs, self.headers = "id-1", args, kwargs, headers


class CompanionTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.scripts = pathlib.Path(folder.name)
        for name in sedano_idempotent.SCRIPTS:
            (self.scripts / (name + ".lua")).write_text("-- " + name + "\n")
        self.app = Celery("test", broker="memory://", backend="redis://localhost:6379/3", set_as_current=False)
        self.options = {"name": "t", "acks_late": True, "reject_on_worker_lost": True}

    def sedano(self, **settings):
        return Sedano(self.app, store="redis://localhost:6379/3", scripts=self.scripts, **settings)

    def task(self, **options):
        def run(order, amount=1, **more):
            return None

        return self.sedano().task(**{**self.options, **options})(run)

    def refused(self, text, **options):
        task = self.task(**options)
        with self.assertRaises(ImproperlyConfigured) as refusal:
            self.app.finalize()
            task.name  # noqa: B018  evaluates the task
        self.assertIn("task 't' cannot be idempotent: ", str(refusal.exception))
        self.assertIn(text, str(refusal.exception))

    def test_early_acknowledgement_is_refused(self):
        self.refused("set acks_late=True on the task, or task_acks_late=True", acks_late=False)

    def test_losing_the_message_of_a_killed_process_is_refused(self):
        self.refused("set reject_on_worker_lost=True on the task", reject_on_worker_lost=False)

    def test_settings_of_the_app_do_as_well(self):
        self.app.conf.update(task_acks_late=True, task_reject_on_worker_lost=True)
        self.task(acks_late=None, reject_on_worker_lost=None)
        self.app.finalize()
        self.assertIs(self.app.conf.broker_transport_options["confirm_publish"], True)

    def test_the_default_settings_are_refused(self):
        self.refused("acks_late is off", acks_late=None, reject_on_worker_lost=None)

    def test_killing_time_limits_are_refused(self):
        self.refused("use soft_time_limit", time_limit=5)

    def test_retries_without_a_handoff_are_refused(self):
        self.refused("retry_on_worker_lost is on", retry_on_worker_lost=True)

    def test_serializers_that_java_cannot_read_are_refused(self):
        self.app.conf.task_serializer = "pickle"
        self.refused("task_serializer is 'pickle'")

    def test_options_of_the_wrong_kind_are_named(self):
        wrong = {
            "key=7": {"key": 7},
            "on_lease_loss='ask'": {"on_lease_loss": "ask"},
            "ttl=0": {"ttl": 0},
            "max_crashes=0": {"max_crashes": 0},
        }
        for text, options in wrong.items():
            with self.subTest(text), self.assertRaisesRegex(ImproperlyConfigured, text):
                self.sedano().task(**self.options, **options)
        with self.assertRaisesRegex(ImproperlyConfigured, "retention=1 is shorter than lease=30"):
            self.sedano(retention=1)

    def test_missing_scripts_are_named_with_the_cure(self):
        (self.scripts / "claim.lua").unlink()
        with self.assertRaisesRegex(ImproperlyConfigured, r"lacks claim\.lua: write the scripts with `./sedano scripts --out"):
            self.sedano()

    def test_scripts_are_marked_for_newer_servers(self):
        text, sha = self.sedano().scripts["claim"][True]
        self.assertEqual(text, b"#!lua\n-- claim\n")
        self.assertEqual(sha, hashlib.sha1(text).hexdigest())
        self.assertEqual(self.sedano().scripts["claim"][False][0], b"-- claim\n")

    def key(self, request, **options):
        self.app = Celery("test", broker="memory://", backend="redis://localhost:6379/3", set_as_current=False)
        task = self.task(**options)
        self.app.finalize()
        return task.sedano_policy.key_of(task, request)

    def test_the_header_goes_before_the_arguments(self):
        key = self.key(Request("o-1", headers={"idempotency_key": "h-1"}), key="order")
        self.assertEqual((key.record, key.task_id, key.explicit), (b"t\0h-1", "id-1", True))

    def test_a_parameter_is_found_however_it_is_passed(self):
        self.assertEqual(self.key(Request("o-1"), key="order").record, b"t\0o-1")
        self.assertEqual(self.key(Request(order="o-2"), key="order").record, b"t\0o-2")
        self.assertEqual(self.key(Request(7), key="order").record, b"t\x007")

    def test_a_function_of_the_arguments(self):
        request = Request("o-1", amount=3)
        self.assertEqual(self.key(request, key=lambda order, amount: "%s/%d" % (order, amount)).record, b"t\0o-1/3")

    def test_no_key_or_a_blank_one_is_the_task_id(self):
        for headers in (None, {"idempotency_key": " "}, {"idempotency_key": 5}):
            key = self.key(Request("o-1", headers=headers))
            self.assertEqual((key.record, key.task_id, key.explicit), (b"id-1", "", False))
        self.assertEqual(self.key(Request(""), key="order").record, b"id-1")
        self.assertEqual(self.key(Request(nobody="x"), key="order").record, b"id-1")

    def test_what_is_no_key_is_an_error(self):
        for value in ([1], 1.5, True, b"x"):
            with self.subTest(value), self.assertRaisesRegex(TypeError, "the idempotency key is"):
                self.key(Request(value), key="order")

    def test_a_scope_is_shared_on_purpose(self):
        self.assertEqual(self.key(Request("o-1"), key="order", scope="orders").record, b"orders\0o-1")

    def test_a_retry_keeps_the_key_of_the_first(self):
        headers = {"x-sedano-key": "first", "x-sedano-scope": "other.task", "idempotency_key": "h-1"}
        self.assertEqual(self.key(Request("o-1", headers=headers), key="order").record, b"other.task\0first")

    def test_long_keys_are_hashed(self):
        key = self.key(Request("\u00e9" * 100), key="order")
        self.assertEqual(key.record, b"sha256:" + hashlib.sha256(("t\0" + "\u00e9" * 100).encode()).hexdigest().encode())
        self.assertEqual(len(self.key(Request("x" * 198), key="order").record), 200)

    def test_results_in_the_store_s_own_database_are_recognised(self):
        for backend, shared in (
            ("redis://localhost:6379/3", True),
            ("redis://:secret@localhost/3", True),
            ("redis://localhost:6379/4", False),
            ("redis://localhost:6380/3", False),
            ("redis://elsewhere:6379/3", False),
            ("rpc://", False),
            ("disabled://", False),
        ):
            with self.subTest(backend):
                app = Celery("test", broker="memory://", backend=backend, set_as_current=False)
                self.assertIs(self.sedano()._shares_redis(app.backend), shared)

    def test_waits_are_never_longer_than_asked_but_for_the_first_second(self):
        class Publisher:
            def waits_in_quorum(self, queue):
                return False

            def publish(self, queue, arguments, delivery, headers, expiration=None):
                self.last = (queue, arguments, headers)

        delivery = object.__new__(sedano_idempotent._Delivery)
        delivery.queue, delivery.headers, delivery.returned, delivery.properties = "q", {"x-death": [], "a": 1}, 2, {}
        delivery.exchange = ""
        publisher = Publisher()
        for millis, seconds in ((0, 1), (1999, 1), (2000, 2), (3999, 2), (4000, 4), (30_000, 16), (10**12, 2**21)):
            delivery.wait(publisher, millis)
            queue, arguments, headers = publisher.last
            self.assertEqual(queue, "q.wait.%ds" % seconds)
            self.assertEqual(arguments["x-message-ttl"], seconds * 1000)
            self.assertEqual((arguments["x-dead-letter-exchange"], arguments["x-dead-letter-routing-key"]), ("", "q"))
            self.assertEqual(headers, {"a": 1, "x-sedano-returned": 3, "x-sedano-attempt": 0})

    def delivery(self, headers, exchange="", key="q", name="t"):
        """A delivery of this message, whose queue `q` is known."""
        raw = {"headers": headers, "body": b"[]", "queue": "q"}
        info = {"exchange": exchange, "routing_key": key}
        request = Context(id="id-1", delivery_info=info, properties={}, hostname="w", sedano_raw=raw)
        return sedano_idempotent._Delivery(types.SimpleNamespace(name=name), request)

    def test_what_moves_of_an_earlier_attempt_left_is_forgotten(self):
        class Publisher:
            def waits_in_quorum(self, queue):
                return False

            def publish(self, queue, arguments, delivery, headers, expiration=None):
                self.headers = headers

        first = self.delivery({"retries": 2}, "orders", "a.b")
        publisher = Publisher()
        first.wait(publisher, 1000, hops=1)
        moved = {"x-sedano-returned": 1, "x-sedano-hops": 1, "x-sedano-attempt": 2}
        moved = {"retries": 2, **moved, "x-sedano-exchange": "orders", "x-sedano-routing-key": "a.b"}
        self.assertEqual(publisher.headers, moved)

        again = self.delivery(publisher.headers)
        self.assertEqual((again.hops, again.redelivered, again.exchange, again.routing_key), (1, True, "orders", "a.b"))
        retry = self.delivery({**publisher.headers, "retries": 3}, "", "other")  # Celery's retry copies what it does not know
        self.assertEqual((retry.hops, retry.redelivered, retry.exchange, retry.routing_key), (0, False, "", "other"))
        retry.wait(publisher, 1000)
        self.assertEqual(publisher.headers, {"retries": 3, "x-sedano-returned": 1, "x-sedano-attempt": 3})
        replaced = self.delivery({**moved, "replaced_task_nesting": 1})
        self.assertEqual((replaced.hops, replaced.redelivered), (0, False))

    def test_a_retry_carries_nothing_of_moves(self):
        moved = {name: 1 for name in sedano_idempotent.OF_MOVES}
        key = sedano_idempotent._Key("id-1")
        self.assertEqual(sedano_idempotent._moved_headers({**moved, "x-death": [], "mine": 2}, key), {"mine": 2})

    def queue_of(self, exchange, key, queues, tag=None, callbacks=None):
        app = Celery("test", broker="memory://", set_as_current=False)
        app.conf.task_queues = queues
        info = {"exchange": exchange, "routing_key": key, "consumer_tag": tag}
        message = types.SimpleNamespace(delivery_info=info, channel=types.SimpleNamespace(callbacks=callbacks))
        return sedano_idempotent._queue_of(app, message)

    def test_the_queue_is_that_of_the_consumer(self):
        topic = Exchange("stopx", "topic")
        queues = [Queue("all", topic, "#"), Queue("some", topic, "a.#")]
        with Connection("memory://") as connection:
            consumer = Consumer(connection.channel(), queues, auto_declare=False)
            consumer._active_tags = {"all": "1", "some": "2"}
            callbacks = {tag: consumer._receive_callback for tag in "12"}
            for tag, queue in (("1", "all"), ("2", "some")):
                self.assertEqual(self.queue_of("stopx", "a.b", queues, tag, callbacks), queue)
        self.assertIsNone(self.queue_of("stopx", "a.b", queues), "both get it")

    def test_the_queue_is_that_whose_binding_fits(self):
        bound = [binding(Exchange("more", "direct"), "x")]
        queues = [
            Queue("s1", Exchange("s1", "direct"), "s1"),
            Queue("stop", Exchange("stopx", "topic"), "a.#"),
            Queue("star", Exchange("starx", "topic"), "*.b.*"),
            Queue("fan", Exchange("fanx", "fanout")),
            Queue("many", bindings=bound),
        ]
        delayed = "celery_delayed_delivery", "0." * 27 + "1."
        for exchange, key, queue in (
            ("", "s1", "s1"),
            ("s1", "s1", "s1"),
            ("stopx", "a.b.c", "stop"),
            ("stopx", "a", "stop"),
            ("stopx", "b.a", None),
            ("starx", "a.b.c", "star"),
            ("starx", "b.c", None),
            ("fanx", "whatever", "fan"),
            ("more", "x", "many"),
            ("more", "y", None),
            (delayed[0], delayed[1] + "a.b", "stop"),
            (delayed[0], delayed[1] + "s1", "s1"),
            ("prefix_" + delayed[0], delayed[1] + "sedano:fan", "fan"),
            (delayed[0], delayed[1] + "nobody", None),
        ):
            with self.subTest(exchange=exchange, key=key):
                self.assertEqual(self.queue_of(exchange, key, queues), queue)

    def test_what_no_queue_is_known_of_is_returned_after_a_pause(self):
        raw = {"headers": {}, "body": b"[]", "queue": None}
        request = Context(id="id-1", delivery_info={}, properties={}, sedano_raw=raw)
        with unittest.mock.patch.object(sedano_idempotent, "UNTOLD_SECONDS", 0.05):
            before = time.monotonic()
            with self.assertRaises(Reject) as rejected, self.assertLogs("sedano", "ERROR"):
                sedano_idempotent._Delivery(types.SimpleNamespace(name="t"), request)
            self.assertGreaterEqual(time.monotonic() - before, 0.05)
        self.assertTrue(rejected.exception.requeue)

    def test_stubs_check_their_hops(self):
        for hops in (-1, 1001, True, 2.0, "3"):
            with self.subTest(hops), self.assertRaisesRegex(ImproperlyConfigured, "give an integer from 0 to 1000"):
                sedano_idempotent.register_stubs(self.app, ["a"], hops=hops)

    def test_follow_ups_that_a_java_worker_left_are_sent_and_settled(self):
        kept = (  # as FollowUpList.java writes them
            b'[{"exchange": "", "routing_key": "q", "content_type": "application/json", "content_encoding": "utf-8", '
            b'"correlation_id": "c-1", "reply_to": null, "expiration": null, "priority": 0, '
            b'"headers": {"task": "t2", "id": "c-1", "retries": 0}, '
            b'"body": {"__type__": "bytes", "__value__": "[[1], {}, {}]"}}, '
            b'{"result_of": "c-2", "reply_to": null, "record": {"__type__": "bytes", '
            b'"__value__": "{\\"status\\": \\"FAILURE\\", \\"result\\": null, \\"task_id\\": \\"c-2\\"}"}}]'
        )
        done = []

        class Store:
            def write_result(self, key, body, ttl_ms):
                done.append(("result", key, json.loads(body)["status"], ttl_ms))

            def settle(self, key, token):
                done.append(("settled", key, token))

        class Publisher:
            def send(self, message):
                done.append((message["routing_key"], message["headers"]["id"], message["body"]))

        task = self.task()
        self.app.finalize()
        key = sedano_idempotent._Key("id-1")
        task._follow_up([b"DUPLICATE", b"77", b"", b"SUCCESS", None, kept], 5, key, Store(), Publisher())
        self.assertEqual(done[0], ("q", "c-1", b"[[1], {}, {}]"))
        self.assertEqual(done[1], ("result", b"celery-task-meta-c-2", "FAILURE", 86_400_000))
        self.assertEqual(done[2], ("settled", key, 77))
        task._follow_up([b"DUPLICATE", b"77", b"", b"SUCCESS", None, None], 5, key, Store(), Publisher())
        self.assertEqual(len(done), 3)

    def test_follow_ups_are_kept_as_the_java_workers_read_them(self):
        message = {"exchange": "", "routing_key": "q", "headers": {"id": "c-1"}, "body": b"[]"}
        self.assertEqual(sedano_idempotent._follow_up_list([]), b"")
        self.assertEqual(
            sedano_idempotent._follow_up_list([message]),
            b'[{"exchange": "", "routing_key": "q", "headers": {"id": "c-1"}, '
            b'"body": {"__type__": "bytes", "__value__": "[]"}}]',
        )

    def test_callbacks_without_an_id_get_the_same_one_again(self):
        given = str(uuid.uuid4())
        first, again = (Request(), Request())
        for request in (first, again):
            request.callbacks = [{"task": "a"}, {"task": "b", "options": {"task_id": given}}]
            sedano_idempotent._fix_ids(request)
        self.assertEqual(first.callbacks, again.callbacks)
        self.assertEqual(first.callbacks[1]["options"]["task_id"], given)
        self.assertNotEqual(first.callbacks[0]["options"]["task_id"], given)


if __name__ == "__main__":
    unittest.main()
