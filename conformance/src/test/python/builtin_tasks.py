"""The tasks that every worker has, sent as messages of their own, and chords of a client whose results are not counted."""
import uuid
from types import MethodType

from celery import chord, chunks, group, xmap, xstarmap
from celery.backends.base import Backend
from celery.result import AsyncResult, GroupResult
from kombu import Exchange, Queue

import celery_app


def main(given):
    app = celery_app.connect(given)
    # Declared with arguments that only its workers know.
    app.conf.task_queues = [Queue(given["queue"], Exchange(given["queue"]), given["queue"], no_declare=True)]
    waits = {}

    def task(name, *args, **kwargs):
        return app.signature(name, args=args, kwargs=kwargs, queue=given["queue"])

    def expect(name, wait):
        waits[name] = wait

    def value(result):
        return lambda: told(result, {})

    def called(name, *args, **kwargs):
        return task("celery." + name, *args, **kwargs).apply_async()

    def named(signature):
        identity = str(uuid.uuid4())
        return signature.set(task_id=identity), app.AsyncResult(identity)

    # those that call a task in their own run
    add, total = task("proj.add"), task("proj.tsum")
    expect("map", value(xmap(total, [[1, 2], [3]], app=app).set(queue=given["queue"]).delay()))
    expect("starmap", value(xstarmap(add, [(1, 2), (3, 4)], app=app).set(queue=given["queue"]).delay()))
    expect("map of nothing", value(called("map", total, [])))
    expect("map, arguments by name", value(called("map", task=total, it=[[4, 5]])))
    expect("map that fails", value(called("map", task("proj.fail"), ["first", "second"])))
    expect("map of a task that nobody has", value(called("map", task("proj.nobody_has"), [1])))
    expect("starmap with too much", value(called("starmap", add, [(1, 2, 3)])))

    # those that send
    expect("chunks of a client", value(chunks(add, [(1, 2), (3, 4), (5, 6)], 2, app=app)(queue=given["queue"])))
    sends(app, expect, called, named, task)

    # a client without native chords
    polls(app, expect, called, named, task)
    return {name: wait() for name, wait in waits.items()}


def sends(app, expect, called, named, task):
    """celery.group, .chunks, .chord and .chain as messages: their results tell what they sent."""
    members, results = zip(*(named(task("proj.add", i)) for i in (1, 2)))
    identity = str(uuid.uuid4())
    sent = called("group", list(members), GroupResult(identity, list(results)).as_tuple(), identity, [10])
    expect("group", lambda: {
        "is the client's": sent.get(timeout=celery_app.PATIENCE) == as_json(GroupResult(identity, list(results)).as_tuple()),
        "members": [told(result, {}) for result in results],
    })

    # whose inner messages carry no queue: they go to the worker's own
    chunked = called("chunks", task("proj.add"), [[1, 2], [3, 4], [5, 6]], 2)
    expect("chunks", lambda: group_of(app, chunked))

    body, after = named(task("proj.tsum"))
    begun = called("chord", [task("proj.add", 1, 1), task("proj.add", 2, 2)], body)
    expect("chord", lambda: {
        "is its body": begun.get(timeout=celery_app.PATIENCE)[0][0] == after.id,
        "body": told(after, {}),
    })
    body, given_more = named(task("proj.tsum"))
    called("chord", [task("proj.add", 1), task("proj.add", 2)], body, [10])
    expect("chord with arguments", lambda: told(given_more, {}))
    expect("chain", lambda chained=called("chain", tasks=[task("proj.add", 1, 1)]): told(chained, {}))


def polls(app, expect, called, named, task):
    """celery.chord_unlock: of a client that only polls, and what else its parts may come to."""
    own = app.backend.apply_chord, app.backend.set_chord_size
    for name in ("apply_chord", "set_chord_size"):
        setattr(app.backend, name, MethodType(getattr(Backend, name), app.backend))
    for name, header in {
        "all there": lambda: [task("proj.add", 1, 1), task("proj.add", 2, 2)],
        "one slow": lambda: [task("proj.sleepy", 2.2, 5), task("proj.add", 1, 1)],
        "one within a group": lambda: [group(task("proj.add", 1, 1), task("proj.add", 2, 2)), task("proj.add", 3, 3)],
        "one fails": lambda: [task("proj.add", 1, 1), task("proj.fail", "part")],
    }.items():
        body, _ = named(task("proj.ident"))
        errback, told_of = named(task("proj.ident"))
        parts = header()
        result = chord(parts, app=app)(body.on_error(errback))
        expect(f"polled chord, {name}", lambda result=result, told_of=told_of: with_errback(result, told_of))
    app.backend.apply_chord, app.backend.set_chord_size = own

    def unlock(results, **more):
        body, after = named(task("proj.ident"))
        called("chord_unlock", str(uuid.uuid4()), body, result=[result.as_tuple() for result in results], **more)
        return after

    revoked = app.AsyncResult(str(uuid.uuid4()))
    app.backend.mark_as_revoked(revoked.id, "revoked")
    left = unlock([revoked])
    expect("polled chord, one revoked", lambda: told(left, {revoked.id: "(part)"}))
    members, results = zip(*(named(task("proj.fail", "part")) for _ in range(2)))
    for member in members:
        member.apply_async()
    body, after = zip(*(named(task("proj.ident")) for _ in range(2)))
    called("chord_unlock", str(uuid.uuid4()), group(body), result=[result.as_tuple() for result in results])
    expect("polled chord, the body is a group", lambda: [told(each, {results[0].id: "(part)"}) for each in after])
    never = unlock([app.AsyncResult(str(uuid.uuid4()))], interval=0.2, max_retries=2)
    expect("polled chord, given up", lambda: told(never, {}, 40))
    nothing = unlock([])
    expect("polled chord of nothing", lambda: told(nothing, {}))


def as_json(value):
    return [as_json(each) for each in value] if isinstance(value, (list, tuple)) else value


def group_of(app, result):
    """What the members of a group come to that a task has returned."""
    (_, _), members = result.get(timeout=celery_app.PATIENCE)
    return [told(app.AsyncResult(member[0][0]), {}) for member in members]


def with_errback(result, errback):
    own = AsyncResult(result.id, app=result.app)  # the body's own outcome, not that of the part that failed it
    outcome = told(own, {part.id: "(part)" for part in leaves(result.parent)})
    if "error" in outcome:
        outcome["errback"] = errback.get(timeout=celery_app.PATIENCE) == result.id
    return outcome


def leaves(result):
    return [result] if isinstance(result, AsyncResult) else [leaf for each in result.results for leaf in leaves(each)]


def told(result, known, shown=400):
    """The outcome in JSON, with names for ids."""
    try:
        return {"value": result.get(timeout=celery_app.PATIENCE, disable_sync_subtasks=False)}
    except Exception as error:
        text = str(error)
        for identity, name in known.items():
            text = text.replace(identity, name)
        # Celery names the part that it knows, which a revoked one is not.
        return {"error": type(error).__name__, "text": text.removeprefix("Dependency (part) raised ")[:shown]}
