"""What tests of the suite look up inside a worker that runs in their own process, taken from outside instead.

=============  ==================================================  ==========================================
in the tests   of the worker in pytest's process                   here
=============  ==================================================  ==========================================
NODENAME       derived from pytest's process id                    the external worker's node name
os.getpid()    the worker's process id                             the one that it tells, if it is really its own
worker_state   successful_requests                                 the uuids of its task-succeeded events
worker_state   revoked_stamps.clear()                              a restart
task_received  the signal, sent in pytest's process                sent for what RabbitMQ's firehose shows as delivered
inspect()      waits the whole timeout for further workers         returns with the answer: there is one worker
=============  ==================================================  ==========================================
"""
import collections
import json
import os
import sys
import threading
import time

from celery.app.control import Inspect
from celery.result import AsyncResult, ResultSet
from celery.signals import before_task_publish, task_received
from external_worker import BROKER, NODE, WORKER
from kombu import Connection, Exchange, Queue

TRACE_WITHIN = 2  # seconds between a result and the trace of its delivery
HELD = 0.1  # seconds in which a test may get on with what it does after it has sent
STARTED_WITHIN = 120  # seconds; the machine may be busy


class Succeeded(threading.Thread):
    """The ids of tasks whose success the worker announced."""

    def __init__(self):
        super().__init__(daemon=True, name='suite-events')
        self._ids = set()
        self.ready = threading.Event()

    def run(self):
        while True:
            try:
                with WORKER.app.connection_for_read() as connection:
                    receiver = WORKER.app.events.Receiver(
                        connection, handlers={'task-succeeded': lambda event: self._ids.add(event['uuid'])})
                    receiver.on_consume_ready = lambda *_, **__: self.ready.set()
                    receiver.capture(limit=None, timeout=None, wakeup=False)
            except OSError:
                time.sleep(0.2)

    def __contains__(self, task_id):
        return task_id in self._ids


class RevokedStamps:
    @staticmethod
    def clear():
        """What the test left to run, which a worker in pytest's process would go on with meanwhile, is run first."""
        WORKER.restart()
        WORKER.await_idle()


class WorkerState:
    """Stands in for the module celery.worker.state."""

    revoked_stamps = RevokedStamps()

    def __init__(self, succeeded):
        self.successful_requests = succeeded


class OwnProcess:
    """Stands in for the module os."""

    def __getattr__(self, name):
        return getattr(os, name)

    @staticmethod
    def getpid():
        stats = WORKER.app.control.inspect(destination=[NODE], timeout=5).stats() or {}
        told = stats.get(NODE, {}).get('pid')
        return told if told == WORKER.process.pid else -1


class DeliveredRequest:
    """What receivers of task_received read of a request."""

    def __init__(self, headers, body):
        payload = json.loads(body if isinstance(body, str) else bytes(body))
        self._Request__payload = payload  # a test reads the private field
        self.errbacks = payload[2].get('errbacks')
        self.id = headers['id']
        self.name = self.task_name = headers['task']
        self.headers = self.request_dict = headers
        self.root_id = headers.get('root_id')
        self.parent_id = headers.get('parent_id')
        self.group = headers.get('group')
        self.replaced_task_nesting = headers.get('replaced_task_nesting', 0)
        self.stamped_headers = headers.get('stamped_headers')
        stamps = headers.get('stamps') or {}
        self.stamps = {name: stamps[name] for name in self.stamped_headers or [] if name in stamps}


class Deliveries(threading.Thread):
    """Sends task_received for each delivery of the queue; `rabbitmqctl trace_on` lets the broker tell of them."""

    def __init__(self):
        super().__init__(daemon=True, name='suite-deliveries')
        self._sent = set()
        self._seen = set()
        self._held = collections.deque()
        self.ready = threading.Event()

    def watch(self):
        """Lets every `get` return only after the delivery was replayed, as tests look at what their receivers noted.

        Not before: some tests clear their notes when they have sent, and a trace can be quicker than that.
        """
        before_task_publish.connect(self._on_publish, weak=False)
        self.start()
        get, get_all = AsyncResult.get, ResultSet.get

        def traced_get(result, *args, **kwargs):
            try:
                return get(result, *args, **kwargs)
            finally:
                self._await(result.id)

        def traced_get_all(results, *args, **kwargs):
            try:
                return get_all(results, *args, **kwargs)
            finally:
                for result in results.results:
                    self._await(result.id)

        AsyncResult.get = traced_get
        ResultSet.get = traced_get_all

    def _on_publish(self, headers=None, **_):
        self._sent.add((headers or {}).get('id'))

    def _await(self, task_id):
        end = time.monotonic() + TRACE_WITHIN
        self._tell(end)
        while task_id in self._sent and task_id not in self._seen and time.monotonic() < end:
            time.sleep(0.005)
            self._tell(end)

    def _tell(self, until):
        """Replays what was held before `until`, each once, by whichever thread comes first."""
        while self._held:
            try:
                due, request = self._held.popleft()
            except IndexError:
                return  # the other thread has it
            if due > until:
                self._held.appendleft((due, request))
                return
            task_received.send(sender='external-worker', request=request)
            self._seen.add(request.id)

    def run(self):
        trace = Exchange('amq.rabbitmq.trace', type='topic', no_declare=True)
        with Connection(BROKER) as connection, connection.channel() as channel:
            queue = Queue(f'suite-trace-{os.getpid()}', trace, routing_key='deliver.celery', exclusive=True,
                          auto_delete=True)(channel)
            queue.declare()
            with connection.Consumer(queue, channel=channel, on_message=self._replay, auto_declare=False):
                self.ready.set()
                while True:
                    try:
                        connection.drain_events(timeout=HELD / 2)
                    except TimeoutError:
                        pass  # nothing was delivered
                    self._tell(time.monotonic())

    def _replay(self, trace):
        trace.ack()
        headers = (trace.headers.get('properties') or {}).get('headers') or {}
        if 'id' not in headers:
            return  # protocol 1 has no headers, and no test looks at such a delivery
        try:
            request = DeliveredRequest(headers, trace.body)
        except ValueError:
            return  # not JSON: it reached no task
        self._held.append((time.monotonic() + (HELD if request.id in self._sent else 0), request))


def install():
    """Called when the tests are imported and the worker runs."""
    succeeded = Succeeded()
    succeeded.start()
    deliveries = Deliveries()
    deliveries.watch()
    if not (deliveries.ready.wait(STARTED_WITHIN) and succeeded.ready.wait(STARTED_WITHIN)):
        raise RuntimeError(f'the broker gives no traces or events within {STARTED_WITHIN} s')
    for name, module in list(sys.modules.items()):
        if not name.startswith('t.integration.test_'):
            continue
        if hasattr(module, 'worker_state'):
            module.worker_state = WorkerState(succeeded)
        if name.endswith('.test_inspect'):
            module.NODENAME = NODE
            module.os = OwnProcess()
    _expect_one_answer()


def _expect_one_answer():
    request = Inspect._request

    def limited(inspect, *args, **kwargs):
        inspect.limit = inspect.limit or 1
        return request(inspect, *args, **kwargs)

    Inspect._request = limited
