#!/usr/bin/env python3
"""Sends the example tasks with Celery and prints what comes back.

    pip install 'celery[redis]'
    BROKER=amqp://guest:guest@localhost:5672// BACKEND=redis://localhost:6379/0 python3 examples/python/send.py
"""
import os
import uuid
from datetime import datetime, timezone
from decimal import Decimal

from celery import Celery

app = Celery(
    broker=os.environ.get("BROKER", "amqp://guest:guest@localhost:5672//"),
    backend=os.environ.get("BACKEND", "redis://localhost:6379/0"),
)


def call(name, *args, timeout=10, headers=None, **kwargs):
    result = app.send_task(name, args, kwargs, headers=headers)
    print(f"{name}: {result.get(timeout=timeout)!r}")
    return result


def main():
    call("examples.add", 2, 3)
    call("examples.add", 10**40, 1)
    call("examples.echo", {"when": datetime.now(timezone.utc), "id": uuid.uuid4(), "price": Decimal("1.10")})
    call("examples.echo", b"\xff\x00")
    call("examples.greet", name="Ada", user={"id": 1})

    # The same order twice: the second message does not run, and gets the first one's receipt.
    order = f"order-{uuid.uuid4()}"
    amount = {"amount": Decimal("9.90"), "currency": "EUR"}
    first = call("billing.charge", order, amount)
    second = call("billing.charge", order, amount)
    assert first.get() == second.get(), "an order was charged twice"

    # The caller may choose the key as well.
    call("examples.add", 1, 1, headers={"idempotency_key": str(uuid.uuid4())})

    failed = app.send_task("examples.fail", ("no luck",))
    error = failed.get(timeout=10, propagate=False)
    print(f"examples.fail: {failed.state} {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
