"""The tasks behind the captured messages, for Celery's own worker (ReferenceWorker): their namesakes in Java are in
ProjTasks and ValueTasks. BROKER and BACKEND say where."""

import os
import time

from celery import Celery, chain, group
from celery.exceptions import Ignore, Reject, SoftTimeLimitExceeded
from kombu import Exchange, Queue

app = Celery("golden", broker=os.environ["BROKER"], backend=os.environ["BACKEND"])
app.conf.update(
    accept_content=["json", "yaml", "msgpack"],
    broker_connection_retry_on_startup=False,
    result_expires=3600,
    timezone="UTC",
    task_queues=[
        Queue(  # as declared before: what is refused can be seen
            "celery",
            Exchange("celery"),
            routing_key="celery",
            queue_arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "celery.dead"},
        )
    ],
)


class OrderError(Exception):
    __module__ = "wireapp"  # as in the captured results

    def __init__(self, order_id, reason):
        super().__init__(order_id, reason)


@app.task(name="proj.add")
def add(x, y):
    return x + y


@app.task(name="proj.mul")
def mul(x, y):
    return x * y


@app.task(name="proj.echo")
def echo(*a, **k):
    return {"args": list(a), "kwargs": k}


@app.task(name="proj.ident")
def ident(x=None):
    return x


@app.task(name="proj.noop")
def noop(*a, **k):
    return None


@app.task(name="proj.tsum")
def tsum(xs):
    return sum(xs)


@app.task(name="proj.fail")
def fail(msg="boom"):
    raise ValueError(msg)


@app.task(name="proj.fail_custom")
def fail_custom():
    raise OrderError(17, "no stock")


@app.task(name="proj.fail_noargs")
def fail_noargs():
    raise KeyError()


@app.task(name="proj.fail_cause")
def fail_cause():
    try:
        1 / 0
    except ZeroDivisionError as e:
        raise RuntimeError("wrapped ünïcode ☃") from e


@app.task(name="proj.retry_me", bind=True, max_retries=2, default_retry_delay=1)
def retry_me(self, tag, countdown=0.5):
    raise self.retry(exc=ValueError("again %s" % tag), countdown=countdown)


@app.task(name="proj.retry_noexc", bind=True, max_retries=1)
def retry_noexc(self):
    raise self.retry(countdown=0.2)


@app.task(name="proj.sleepy")
def sleepy(n, ret=None):
    time.sleep(n)
    return ret


@app.task(name="proj.soft")
def soft(n):
    try:
        time.sleep(n)
    except SoftTimeLimitExceeded:
        return "soft caught"


@app.task(name="proj.started", track_started=True)
def started(n=1):
    time.sleep(n)
    return "ok"


@app.task(name="proj.late", acks_late=True)
def late(n=0):
    time.sleep(n)
    return "late"


@app.task(name="proj.late_fail", acks_late=True)
def late_fail():
    raise ValueError("late")


@app.task(name="proj.reject")
def reject(requeue=False):
    raise Reject("nope", requeue=requeue)


@app.task(name="proj.reject_late", acks_late=True)
def reject_late():
    raise Reject("late", requeue=False)


@app.task(name="proj.ignore", bind=True)
def ignore(self):
    self.update_state(state="CUSTOM", meta={"k": 1})
    raise Ignore()


@app.task(name="proj.ignore_plain")
def ignore_plain():
    raise Ignore()


@app.task(name="proj.progress", bind=True)
def progress(self, n=3):
    for i in range(n):
        self.update_state(state="PROGRESS", meta={"i": i})
    return "done"


@app.task(name="proj.ignored_result", ignore_result=True)
def ignored_result():
    return 1


@app.task(name="proj.ignored_fail", ignore_result=True)
def ignored_fail():
    raise ValueError("quiet")


@app.task(name="proj.errback_new")
def errback_new(request, exc, traceback):
    print("errback", request.id, flush=True)


@app.task(name="proj.errback_old")
def errback_old(task_id):
    return "old errback for " + task_id


@app.task(name="proj.replace_add", bind=True)
def replace_add(self, x, y):
    return self.replace(add.si(x, y))


@app.task(name="proj.replace_group", bind=True)
def replace_group(self, n):
    return self.replace(group(add.si(i, i) for i in range(n)))


@app.task(name="proj.replace_chain", bind=True)
def replace_chain(self, x):
    return self.replace(chain(add.si(x, 1), mul.s(10)))


@app.task(name="proj.adds_to_chord", bind=True)
def adds_to_chord(self, x):
    self.add_to_chord(add.si(x, 100))
    return x
