"""Sends canvases whose chords are all made by workers, with parts for Java and for Python in their headers; each ends
in a body that notes its run under a key of its own.
"""
from celery import chain, chord, group

import celery_app


def main(given):
    app = celery_app.connect(given)

    def task(name, *args, **options):
        return app.signature(name, args=args, queue=given["queue"], **options)

    def add(*args):
        return task("proj.add", *args)

    def python(*args):
        return app.signature("py.add", args=args, queue=given["python_queue"])

    def body(key):
        return task("ledger.work", key, 0, immutable=True)

    ids = {}
    for number in range(given["first"], given["first"] + given["count"]):
        key = f"{given['tag']}-{number}"
        if number % 2:
            ids[key] = chain(
                add(1, 1), group(add(1), python(2)), task("proj.tsum"), group(python(1), add(2)), body(key)).apply_async().id
        else:
            last = body(key).set(task_id=key)
            add(1, 1).apply_async(link=chord([chord([python(1), add(2)], task("proj.tsum")), add(3)], last))
            ids[key] = key
    return ids
