"""The Celery application of the scripts."""
from celery import Celery

PATIENCE = 20  # seconds until a missing result is an error


def connect(given):
    app = Celery("conformance", broker=given["broker"], backend=given["backend"])
    app.conf.task_default_queue = given["queue"]
    app.conf.task_protocol = given.get("protocol", 2)
    return app


def outcome(result):
    """State and value of a result, or how `get` raises."""
    try:
        value = result.get(timeout=PATIENCE)
    except Exception as error:
        return {
            "state": result.state,
            "error": type(error).__name__,
            "module": type(error).__module__,
            "text": str(error),
        }
    return {"state": result.state, "value": value}
