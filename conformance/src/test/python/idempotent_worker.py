"""The tasks of LedgerTasks.java, run by a Celery worker under the claims of sedano_idempotent."""
import datetime
import os
import pathlib
import signal
import sys
import time

from celery import Celery

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "examples/python"))
import sedano_idempotent  # noqa: E402
from sedano_idempotent import Sedano, current_run, register_stubs  # noqa: E402

LEDGER = os.environ["SEDANO_TEST_LEDGER"]

app = Celery("conformance", broker=os.environ["BROKER"], backend=os.environ["BACKEND"])
app.conf.update(
    task_default_queue=os.environ["QUEUE"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
)
sedano = Sedano(app, store=os.environ["STORE"], lease=float(os.environ["LEASE"]), scripts=os.environ["SCRIPTS"])


def note(kind, key):
    run = current_run()
    before = "true" if run.may_have_run_before else "false"
    now = datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    line = "\t".join((kind, key, str(run.token), before, str(os.getpid()), now)) + "\n"
    with open(LEDGER, "ab", buffering=0) as ledger:
        ledger.write(line.encode())


@sedano.task(name="ledger.work")
def work(key, millis):
    note("START", key)
    time.sleep(millis / 1000)
    note("END", key)
    return key


@sedano.task(name="ledger.keyed", key="key")
def keyed(key, millis):
    return work.run(key, millis)


def await_gate(key):
    gate = LEDGER + "." + key + ".open"
    while not os.path.exists(gate):
        time.sleep(0.005)


@sedano.task(name="ledger.gated")
def gated(key):
    note("START", key)
    await_gate(key)
    note("END", key)
    return key


@sedano.task(name="ledger.fail")
def fail(key, message):
    note("START", key)
    note("END", key)
    raise ValueError(message)


@sedano.task(name="ledger.retry", bind=True)
def retry(self, key, times, queue):
    note("START", key)
    if self.request.retries < times:
        await_gate(key)
        raise self.retry(countdown=0, queue=queue)
    note("END", key)
    return self.request.retries


@app.task(name="py.add")
def add(x, y):
    return x + y


@app.task(name="py.tsum")
def total(numbers):
    return sum(numbers)


@app.task(name="py.ident")
def ident(x):
    return x


register_stubs(app, ["proj.add", "proj.tsum"])

if os.environ.get("DIE") == "before-sending":  # the moment between the record of what follows and its sending

    def die(capture):
        os.kill(os.getpid(), signal.SIGKILL)

    sedano_idempotent._Capture.send = die
