"""The worker that Celery's integration suite drives: a process of its own instead of a thread of pytest's."""
import json
import os
import signal
import subprocess
import time

import redis
from celery import Celery

BROKER = os.environ['TEST_BROKER']
NODE = os.environ['SUITE_NODE']
OUT = os.environ['SUITE_OUT']
READY_WITHIN = 120  # seconds; the machine may be busy
IDLE_WITHIN = 60  # seconds; tests leave tasks that sleep for two
STOP_WITHIN = 3  # seconds; then it is killed, as a test may have left it a task that sleeps


class ExternalWorker:
    """Starts, watches and ends the worker. One owner: pytest's main thread."""

    def __init__(self):
        self.process = None
        self.starts = 0
        self.deaths = []
        # A broken connection is not kept for the next question.
        self.app = Celery('suite-harness', broker=BROKER, set_as_current=False)
        self.app.conf.broker_pool_limit = 0

    def start(self):
        """Returns when the worker answers remote control and sends events."""
        self._forget_revokes()
        self.starts += 1
        with open(os.path.join(OUT, 'worker.log'), 'ab') as log:
            log.write(f'===== start {self.starts}\n'.encode())
            log.flush()
            # In pytest's process group: whoever ends that ends the worker, too.
            self.process = subprocess.Popen(json.loads(os.environ['SUITE_COMMAND']), stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=subprocess.STDOUT)
        end = time.monotonic() + READY_WITHIN
        while not self._answers():
            if self.process.poll() is not None:
                raise RuntimeError(f'the worker ended with {self.process.returncode}, see worker.log in {OUT}')
            if time.monotonic() > end:
                self.stop()
                raise RuntimeError(f'the worker did not answer a ping within {READY_WITHIN} s, see worker.log in {OUT}')
        self.app.control.enable_events(destination=[NODE])

    def _answers(self):
        try:
            reply = self.app.control.inspect(destination=[NODE], timeout=0.5).ping()
        except OSError:
            return False
        return bool(reply) and reply.get(NODE) == {'ok': 'pong'}

    @staticmethod
    def _forget_revokes():
        """A Python worker's revokes end with it, and tests count on that; those of Sedano are kept in the store."""
        with redis.Redis.from_url(os.environ['TEST_BACKEND']) as store:
            for key in store.scan_iter('sed:*revoked*'):
                store.delete(key)

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def restart(self):
        self.stop()
        self.start()

    def await_idle(self):
        """Returns when nothing is left to run, or after a while: the next test tells what that means for it."""
        end = time.monotonic() + IDLE_WITHIN
        while self._has_work() and time.monotonic() < end:
            pass  # each question takes its time

    def _has_work(self):
        inspect = self.app.control.inspect(destination=[NODE], timeout=0.5)
        told = [ask() for ask in (inspect.active, inspect.reserved)]
        if not all(told) or any(work for each in told for work in each.values()):
            return True
        with self.app.connection_for_read() as connection:
            return connection.default_channel.queue_declare('celery', passive=True).message_count > 0

    def restart_if_dead(self, before):
        if self.process is None or self.process.poll() is not None:
            self.deaths.append(before)
            self.process = None
            self.start()

    def purge(self):
        self.app.control.purge()


WORKER = ExternalWorker()
