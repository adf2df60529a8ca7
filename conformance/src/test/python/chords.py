"""Chords whose parts and bodies run in Java, as a Python client sees them."""
from celery import chain, chord, group

import celery_app


def outcome(result):
    """The body's own outcome; `get` would raise that of its failed part first."""
    error = result.get(timeout=celery_app.PATIENCE, propagate=False)
    return f"{type(error).__name__}: {error}"


def main(given):
    app = celery_app.connect(given)
    queue, tag = given["queue"], given["tag"]

    def task(name, *args, **options):
        return app.signature(name, args=args, queue=queue, **options)

    plain = chord([task("proj.add", i, i) for i in range(10)], task("proj.ident"))()
    retried = chord([task("ledger.retries", f"part-{tag}", 1), task("proj.add", 1, 2)], task("proj.ident"))()
    chained = chord(
        [chain(task("proj.add", 1, 1), task("proj.mul", 10)), task("proj.add", 2, 2)], task("proj.ident"))()
    nested = chord(
        [group(task("proj.add", 1, 1), task("proj.add", 2, 2)), task("proj.add", 3, 3)], task("proj.ident"))()
    failing = chord([task("proj.add", 1, 1), task("ledger.fail", f"part-fails-{tag}", "part")], task("proj.ident"))()
    return {
        "plain": plain.get(timeout=celery_app.PATIENCE),
        "retried": retried.get(timeout=celery_app.PATIENCE),
        "chained": chained.get(timeout=celery_app.PATIENCE),
        "nested": nested.get(timeout=celery_app.PATIENCE),
        "failing": outcome(failing),
        "failed_part": failing.parent.results[1].id,
    }
