"""Waits for results: which of `ids` did not end in `value`."""
import celery_app


def main(given):
    app = celery_app.connect(given)
    wrong = {}
    for key, id in given["ids"].items():
        try:
            value = app.AsyncResult(id).get(timeout=given["seconds"], disable_sync_subtasks=False)
        except Exception as error:
            value = f"{type(error).__name__}: {error}"
        if value != key:
            wrong[key] = value
    return wrong
