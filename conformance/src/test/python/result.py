"""Reads the result of a task that was sent elsewhere."""
import celery_app


def main(given):
    app = celery_app.connect(given)
    return celery_app.outcome(app.AsyncResult(given["id"]))
