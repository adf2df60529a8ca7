"""A stock Celery worker, without claims, of a queue that Java workers consume, too; with STUBS it passes on what only they have."""
import os
import pathlib
import sys

from celery import Celery
from kombu import Exchange, Queue

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "examples/python"))
from sedano_idempotent import register_stubs  # noqa: E402

QUEUE = os.environ["QUEUE"]

app = Celery("sharing", broker=os.environ["BROKER"], backend=os.environ["BACKEND"])
app.conf.update(
    broker_write_url=os.environ["PUBLISHES_TO"],
    task_queues=[
        Queue(QUEUE, Exchange(QUEUE, "direct"), QUEUE),
        Queue(QUEUE + ".topic", Exchange(QUEUE + ".x", "topic"), "a.#"),
    ],
    task_default_queue=QUEUE,
    broker_connection_retry_on_startup=True,
)


@app.task(name="py.add")
def add(x, y):
    return x + y


if os.environ["PUBLISHES_TO"] != os.environ["BROKER"]:
    register_stubs(app, ["proj.add"], hops=500)
