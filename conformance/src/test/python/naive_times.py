"""How Celery's worker reads the times of messages, with settings for time zones, in a system's time zone."""
import os
import time
from unittest.mock import Mock

from celery import Celery
from celery.worker.request import Request


def nothing():
    pass


def read(app, task, text):
    message = Mock(headers={}, properties={}, delivery_info={}, payload=([], {}, {}))
    headers = {"id": "a", "task": task.name, "eta": text, "expires": text, "argsrepr": "", "kwargsrepr": ""}
    request = Request(
        message, app=app, task=task, headers=headers, body=([], {}, {}), decoded=True, utc=app.uses_utc_timezone()
    )
    return [request.eta.timestamp(), request.expires.timestamp()]


def main(given):
    before = os.environ.get("TZ")
    os.environ["TZ"] = given["system"]
    time.tzset()
    try:
        app = Celery("times", broker="memory://", set_as_current=False)
        app.conf.update(given["settings"])
        task = app.task(name="times.task")(nothing)
        return [read(app, task, text) for text in given["times"]]
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()
