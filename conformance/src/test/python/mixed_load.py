"""Sends work for a queue that workers in Java and Python share: what both know, and canvases of what only one of them does."""
from celery import chain, group

import celery_app


def main(given):
    app = celery_app.connect(given)

    def task(name, *args, **options):
        return app.signature(name, args=args, queue=given["queue"], **options)

    def java(*args):
        return task("proj.add", *args)

    def python(*args):
        return task("py.add", *args)

    ids = {}
    messages = 0
    for number in range(given["count"]):
        key = f"{given['tag']}-{number}"
        both = task("ledger.work", key, 0, immutable=True)
        steps = (
            [both],
            [java(1, 1), python(1), both],
            [group(java(1, 1), python(1, 2), java(1, 3)), task("py.tsum"), both],
            [python(1, 1), group(java(1), python(2), python(3)), task("proj.tsum"), both],
        )[number % 4]
        messages += (1, 3, 5, 6)[number % 4]
        ids[key] = (chain(*steps) if len(steps) > 1 else both).apply_async().id
    return {"ids": ids, "messages": messages}
