"""Workflows whose tasks run in Java: links, errbacks, chains and retries, as a Python client sees them."""
from celery import chain

import celery_app


def main(given):
    app = celery_app.connect(given)
    queue = given["queue"]

    def task(name, *args, **options):
        return app.signature(name, args=args, queue=queue, **options)

    chained = chain(task("proj.add", 2, 3), task("proj.mul", 10), task("proj.add", 1)).apply_async()

    linked = task("proj.add", 1, 1).apply_async(link=task("proj.mul", 7).set(task_id="linked-" + given["tag"]))
    linked.get(timeout=celery_app.PATIENCE)
    callback = app.AsyncResult("linked-" + given["tag"])

    failing = task("ledger.fail", "fails-" + given["tag"], "no stock").apply_async(
        link_error=[task("proj.ident").set(task_id="errback-" + given["tag"]), task("ledger.errback", "called")])
    errback = app.AsyncResult("errback-" + given["tag"])

    broken = chain(task("ledger.fail", "breaks-" + given["tag"], "no stock"), task("proj.add", 1)).apply_async()
    try:
        broken.get(timeout=celery_app.PATIENCE)
        broken_error = None
    except Exception as error:
        broken_error = type(error).__name__

    retried = task("ledger.retries", "retries-" + given["tag"], 2).apply_async(headers={"tenant": "acme"})
    exhausted = task("ledger.retries", "exhausted-" + given["tag"], 99).apply_async()
    try:
        exhausted.get(timeout=celery_app.PATIENCE)
        exhausted_error = None
    except Exception as error:
        exhausted_error = f"{type(error).__module__}.{type(error).__name__}"

    replaced = task("ledger.replaced", 20, queue).apply_async(link=task("proj.mul", 2).set(task_id="after-" + given["tag"]))
    return {
        "chain": chained.get(timeout=celery_app.PATIENCE),
        "middle": chained.parent.get(timeout=celery_app.PATIENCE),
        "callback": callback.get(timeout=celery_app.PATIENCE),
        "children": [child.id for child in linked.children],
        "failing": failing.id,
        "errback": errback.get(timeout=celery_app.PATIENCE),
        "broken": broken_error,
        "retried": retried.get(timeout=celery_app.PATIENCE),
        "exhausted": exhausted_error,
        "replaced": replaced.get(timeout=celery_app.PATIENCE),
        "afterwards": app.AsyncResult("after-" + given["tag"]).get(timeout=celery_app.PATIENCE),
    }
