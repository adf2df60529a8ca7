"""What the companion does with follow-ups that a Java worker recorded and did not live to do, and where deliveries wait."""
import json
import pathlib
import tempfile
import unittest

from celery import Celery
from celery.exceptions import Ignore

import fingerprint_vectors  # noqa: F401  puts examples/python on the path
import sedano_idempotent
from sedano_idempotent import Sedano

MESSAGE = (  # as FollowUpList.java writes it
    '{"exchange": "", "routing_key": "q", "content_type": "application/json", "content_encoding": "utf-8", '
    '"correlation_id": "c-1", "reply_to": null, "expiration": null, "priority": 0, '
    '"headers": {"task": "t2", "id": "c-1", "retries": 0}, "body": {"__type__": "bytes", "__value__": "[[1], {}, {}]"}}'
)


def part(state, value):
    """A part of a chord as FollowUpList.java writes it."""
    counted = json.dumps(json.dumps([1, "p-1", state, value]))
    return (
        '{"chord_part_of": "g-1", "task_id": "p-1", "root_id": "r-1", "group_index": 3, '
        '"value": {"__type__": "bytes", "__value__": %s}, "body": {"task": "body", "options": {"task_id": "b-1"}}}' % counted
    )


class Store:
    def __init__(self, done):
        self.done = done

    def settle(self, key, token):
        self.done.append(("settled", key, token))


class Publisher:
    def __init__(self, done, quorum=False):
        self.done, self.in_quorum = done, quorum

    def send(self, message):
        self.done.append(("sent", message["headers"]["id"]))

    def waits_in_quorum(self, queue):
        return self.in_quorum

    def publish(self, queue, arguments, delivery, headers, expiration=None):
        self.done.append(("waits", queue, arguments))


class FollowUpsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        scripts = pathlib.Path(folder.name)
        for name in sedano_idempotent.SCRIPTS:
            (scripts / (name + ".lua")).write_text("-- " + name + "\n")
        self.app = Celery("test", broker="memory://", backend="redis://localhost:6379/3", set_as_current=False)
        sedano = Sedano(self.app, store="redis://localhost:6379/3", scripts=scripts)

        def run(order):
            return None

        self.task = sedano.task(name="t", acks_late=True, reject_on_worker_lost=True)(run)
        self.app.finalize()
        self.done = []
        self.key = sedano_idempotent._Key("id-1")
        self.delivery = object.__new__(sedano_idempotent._Delivery)
        self.delivery.queue, self.delivery.headers, self.delivery.returned, self.delivery.properties = "q", {}, 0, {}
        self.delivery.exchange = ""

    def counted(self, kept):
        """What Celery's backend is asked to count."""
        parts = []
        self.task.backend.on_chord_part_return = lambda request, state, result: parts.append((request, state, result))
        self.task._follow_up([b"DUPLICATE", b"77", kept], 2, self.key, Store(self.done), Publisher(self.done))
        return parts

    def test_a_part_of_a_chord_that_java_ran_is_counted_by_celery(self):
        [(request, state, result)] = self.counted(("[%s]" % part("SUCCESS", {"sum": 3})).encode())
        self.assertEqual((request.id, request.group, request.group_index, request.root_id), ("p-1", "g-1", 3, "r-1"))
        self.assertEqual(request.chord, {"task": "body", "options": {"task_id": "b-1"}})
        self.assertEqual((state, result), ("SUCCESS", {"sum": 3}))
        self.assertEqual(self.done, [("settled", self.key, 77)])

    def test_a_failed_part_comes_to_celery_as_an_exception(self):
        error = {"exc_type": "ValueError", "exc_message": ["bad"], "exc_module": "builtins"}
        [(_, state, result)] = self.counted(("[%s]" % part("FAILURE", error)).encode())
        self.assertEqual(state, "FAILURE")
        self.assertIsInstance(result, ValueError)
        self.assertEqual(result.args, ("bad",))

    def test_what_cannot_be_counted_is_not_settled(self):
        def refuses(request, state, result):
            raise ConnectionError("no backend")

        self.task.backend.on_chord_part_return = refuses
        kept = ("[%s]" % part("SUCCESS", 1)).encode()
        with self.assertRaises(ConnectionError):
            self.task._follow_up([b"DUPLICATE", b"77", kept], 2, self.key, Store(self.done), Publisher(self.done))
        self.assertEqual(self.done, [])

    def test_a_key_that_a_failed_run_gave_free_is_claimed_again_after_its_follow_ups(self):
        reply = [b"FOLLOW_UPS", b"77", ("[%s]" % MESSAGE).encode()]
        with self.assertRaises(Ignore):
            self.task._refused(reply, self.key, self.delivery, Store(self.done), Publisher(self.done))
        self.assertEqual([each[:2] for each in self.done], [("sent", "c-1"), ("settled", self.key), ("waits", "q.wait.1s")])

    def test_what_came_from_a_quorum_queue_waits_in_one_as_in_java(self):
        self.delivery.wait(Publisher(self.done, quorum=True), 4000)
        [(_, queue, arguments)] = self.done
        self.assertEqual(queue, "q.wait.4s.quorum")
        self.assertEqual(
            arguments,
            {
                "x-message-ttl": 4000,
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": "q",
                "x-queue-type": "quorum",
                "x-dead-letter-strategy": "at-least-once",
                "x-overflow": "reject-publish",
            },
        )


if __name__ == "__main__":
    unittest.main()
