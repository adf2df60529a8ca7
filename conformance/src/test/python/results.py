"""Waits for results: which of `ids` did not end in `value`, and what the store says of them by then."""
import itertools

import celery_app

SHOWN = 20


def main(given):
    app = celery_app.connect(given)
    wrong = {}
    for key, id in given["ids"].items():
        try:
            value = app.AsyncResult(id).get(timeout=given["seconds"], disable_sync_subtasks=False)
        except Exception as error:
            value = f"{type(error).__name__}: {error} (stored by now: {app.backend.get_task_meta(id, cache=False)['status']})"
        if value != key:
            wrong[key] = value
    if wrong:
        wrong["chords under way"] = ", ".join(
            f"{name.decode()}: {size(app.backend.client, name)}"
            for name in itertools.islice(app.backend.client.scan_iter("celery-taskset-meta-*.[js]"), SHOWN))
    return wrong


def size(client, name):
    return client.zcard(name) if client.type(name) == b"zset" else client.get(name)
