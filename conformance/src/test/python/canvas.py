"""Every shape of canvas, run by Java workers and by Python's: what should come out, and what did."""
from celery import VERSION, chain, chord, group, xstarmap
from celery.result import GroupResult

import celery_app

# Before, apply_async hands its link_error to the header, which as a group refuses it.
TAKES_LINK_ERROR = VERSION[:2] >= (5, 7)
# Before, get() of a group whose members are chords under chains waits until its time is over, whichever worker ran them;
# get() of each member answers.
JOINS_CHORDS = VERSION[:2] >= (5, 7)


def main(given):
    app = celery_app.connect(given)
    tag = given["tag"]
    cases = {}

    def java(name, *args, **options):
        return app.signature(name, args=args, queue=given["queue"], **options)

    def python(name, *args, **options):
        return app.signature(name, args=args, queue=given["python"], **options)

    def add(*args):
        return java("proj.add", *args)

    def padd(*args):
        return python("py.add", *args)

    def mul(*args):
        return java("proj.mul", *args)

    def total():
        return java("proj.tsum")

    def fail(name):
        return java("ledger.fail", f"{name}-{tag}", "no")

    def named(signature, name):
        return signature.set(task_id=f"{name}-{tag}")

    def later(name):
        return app.AsyncResult(f"{name}-{tag}")

    def expect(name, value, result):
        cases[name] = (value, result)

    # callbacks
    add(1, 1).apply_async(link=group(named(mul(3), "in-group-0"), named(mul(4), "in-group-1")))
    expect("group as callback, first", 6, later("in-group-0"))
    expect("group as callback, second", 8, later("in-group-1"))
    add(1, 1).apply_async(link=chain(mul(3), named(add(1), "after-chain")))
    expect("chain as callback", 7, later("after-chain"))
    add(1, 1).apply_async(link=chord([add(1), add(2)], named(total(), "after-chord")))
    expect("chord as callback", 7, later("after-chord"))

    # steps and bodies
    expect("chord as step", 70, chain(add(1, 1), group(add(1), add(2)), total(), mul(10))())
    expect("chain as body", 12, chord([add(1, 1), add(2, 2)], chain(total(), mul(2)))())
    expect("group as body", [6, [2, 4]], chord([add(1, 1), add(2, 2)], group(total(), java("proj.ident")))())
    expect("chord as body", [6, 6], chord([add(1, 1), add(2, 2)], chord([total(), total()], java("proj.ident")))())
    expect("two chords in a chain", 15, chain(group(add(1, 1), add(2, 2)), total(), group(add(1), add(2)), total())())
    expect("three chords deep", 20, chord(
        [chord([chord([add(1, 1), add(2, 2)], total()), add(3, 3)], total()), add(4, 4)], total())())
    expect("group of chains of chords", [7, 20], group(
        chain(add(1, 1), group(add(1), add(2)), total()),
        chain(chord([add(2, 2), add(3, 3)], total()), mul(2)))())
    expect("header that ends in a group", [[3, 4], 10], chord(
        [chain(add(1, 1), group(add(1), add(2))), add(5, 5)], java("proj.ident"))())
    expect("header of one, body first", 5, chain(add(1, 1), chord([add(1)], total()), add(2))())
    expect("starmap", [3, 7], xstarmap(java("proj.add"), [(1, 2), (3, 4)], app=app).set(queue=given["queue"]).apply_async())

    # tasks that every worker has
    header = group(add(1, 1), group(add(2, 2), add(3, 3)))()
    java("celery.chord_unlock", header.id, named(total(), "unlocked")).apply_async(
        kwargs={"result": [result.as_tuple() for result in header.results]})
    expect("chord_unlock", 12, later("unlocked"))
    chunked = java("celery.group", [dict(named(mul(3), "called"))], [], None, [7]).apply_async()
    expect("group as a task", 21, later("called"))
    expect("group as a task: its result", f"called-{tag}", {"result": chunked})
    expect("accumulate", [1, 2], java("celery.accumulate", 1, 2).apply_async())

    # both kinds of workers
    expect("mixed chain of chords", 17, chain(
        padd(1, 1), group(add(1), padd(2)), python("py.tsum"), group(padd(1), add(2)), total())())
    expect("mixed header", 13, chord(
        [add(1, 1), padd(2, 2), chain(add(1, 1), padd(5))], python("py.tsum"))())
    expect("chord begun in Java, ended in Python", [[3, 4], 7], chain(
        add(1, 1), group(chain(add(0), group(padd(1), padd(2))), padd(5)), python("py.ident"))())
    expect("chord begun in Python, ended in Java", 7, chain(padd(1, 1), group(add(1), add(2)), total())())

    # replacement
    def replaced(shape):
        return java("ledger.replaced_by", shape, 20, given["queue"])

    for shape, value, after in (("chain", 42, 84), ("group", [21, 22], [21, 22, 21, 22]), ("chord", 43, 86)):
        expect(f"replaced by {shape}", value, replaced(shape).apply_async())
        expect(f"replaced by {shape} in a chain", value, chain(replaced(shape), java("proj.ident"))())
        expect(f"replaced by {shape} in a header", [value, 2], chord([replaced(shape), add(1, 1)], java("proj.ident"))())
    expect("replaced by nothing", "ImproperlyConfigured", replaced("nothing").apply_async())
    expect("added to a chord", 112, chord([java("ledger.adds", 5, given["queue"]), add(1, 1)], total())())

    # failures
    def failing(name, canvas, **options):
        errback = named(java("proj.ident"), f"errback-{name}")
        if isinstance(canvas, chord) and not TAKES_LINK_ERROR:
            canvas.link_error(errback)
            result = canvas.apply_async(**options)
        else:
            result = canvas.apply_async(link_error=errback, **options)
        expect(f"{name}: errback", first_told(canvas, result).id, later(f"errback-{name}"))
        return result

    expect("failing body", "RuntimeError", failing("body", chord([add(1, 1), add(2, 2)], fail("body").set(immutable=True))))
    expect("failing header", "ChordError", failing("header", chord([add(1, 1), fail("header")], total())))
    expect("failing header of a chain", "ChordError", failing(
        "chain-body", chord([add(1, 1), fail("chain-body")], chain(total(), mul(2)))))
    expect("failing header in a chain", "ChordError", chain(
        add(1, 1), group(add(1), fail("step")), total(), mul(2))())
    expect("failing inner chord", "ChordError", failing(
        "inner", chord([chord([add(1, 1), fail("inner")], total()), add(2, 2)], java("proj.ident"))))
    members = chord([add(1, 1), fail("members")], group(total(), total()))()
    expect("failing header of a group, first", "RuntimeError", app.AsyncResult(members.results[0].id))
    expect("failing header of a group, second", "RuntimeError", app.AsyncResult(members.results[1].id))
    expect("replacement that fails", "RuntimeError", failing("replaced", replaced("failure")))
    expect("replacement that fails in a header", "ChordError", chord(
        [replaced("failure"), add(1, 1)], java("proj.ident"))())
    return [{"name": name, "expected": value, "actual": outcome(result)} for name, (value, result) in cases.items()]


def first_told(canvas, result):
    """Of which failure an errback hears first: after 5.4 chord.link_error reaches the bodies of chords in the header."""
    inner = canvas.tasks[0] if isinstance(canvas, chord) else None
    if isinstance(inner, chord) and inner.body.options.get("link_error"):
        return result.parent.results[0]
    return result


def outcome(result):
    if isinstance(result, dict):
        return result["result"].get(timeout=celery_app.PATIENCE)[1][0][0][0]
    if isinstance(result, GroupResult) and not JOINS_CHORDS:
        return [outcome(member) for member in result.results]
    try:
        value = result.get(timeout=celery_app.PATIENCE, propagate=False)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return type(value).__name__ if isinstance(value, Exception) else value
