"""Calls, callbacks, chains and chords in a serializer and compression, with results in another."""
import datetime
import math

from celery import chain, chord

import celery_app

COMMON = [None, True, 0, -1, 2**63 - 1, 1.0, 0.1, -0.0, math.inf, "", "Grüße 🌍", "on", "1e3", [], {}, [1, [2, {"a": [None]}]]]
OF = {
    "json": [10**40, datetime.datetime(2024, 2, 29, 1, 2, 3, tzinfo=datetime.timezone.utc)],
    "msgpack": [2**64 - 1],
    "yaml": [10**40, datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 1, 2, 3, 4)],
}
BINARY = [b"plain", b"\x00\xff"]


def main(given):
    app = celery_app.connect(given)
    app.conf.update(
        task_serializer=given["task_serializer"],
        task_compression=given["task_compression"],
        result_serializer=given["result_serializer"],
        result_compression=given["result_compression"],
        result_backend_transport_options=given["result_backend_transport_options"],
        accept_content=["json", "msgpack", "yaml"],
    )

    def ident(*args):
        return app.signature("proj.ident", args=args, queue=given["queue"])

    wrong = []

    def check(what, expected, result):
        got = result.get(timeout=celery_app.PATIENCE)
        if repr(got) != repr(expected):
            wrong.append(f"{what}: expected {expected!r:.80}, got {got!r:.80}")

    both = [value for value in OF[given["task_serializer"]] if value in OF[given["result_serializer"]]]
    values = COMMON + BINARY + both
    for value, result in [(value, ident(value).apply_async()) for value in values]:
        check("call", value, result)
    if given["task_serializer"] != "yaml":  # Celery itself fails to write its signatures as YAML
        workflows(app, ident, check, given["link_id"])
    failed = celery_app.outcome(app.send_task("ledger.fail", args=[given["link_id"], "no stock of ünits"]))
    if failed.get("error") != "RuntimeError" or failed.get("text") != "no stock of ünits":
        wrong.append(f"failure: {failed}")
    return {"values": len(values), "wrong": wrong}


def workflows(app, ident, check, link_id):
    called = ident("first").apply_async(link=ident().set(task_id=link_id))
    check("caller", "first", called)
    check("callback", "first", app.AsyncResult(link_id))
    check("chain", [1], chain(ident([1]), ident(), ident()).apply_async())
    check("chord", ["é", [2]], chord([ident("é"), ident([2])])(ident()))
