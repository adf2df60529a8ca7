"""Listens to events while tasks run; gives back what Celery's own receiver and state made of them."""
import threading
import time

import celery_app


def main(given):
    app = celery_app.connect(given)
    seen = []
    state = app.events.State()
    sent = {}

    def take(event):
        if not seen:  # so the queue is there: nothing that follows is missed
            threading.Thread(target=send, args=(app, given, sent)).start()
        state.event(dict(event))
        seen.append(event)
        receiver.should_stop = complete(given, sent, seen) or time.monotonic() > until

    until = time.monotonic() + celery_app.PATIENCE
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": take})
        receiver.capture(limit=None, timeout=celery_app.PATIENCE, wakeup=True)
    return {
        "sent": sent,
        "events": [event for event in seen if event["hostname"].startswith(given["node"])],
        "states": {name: state.tasks[id].state for name, id in sent.items() if id in state.tasks},
        "alive": [worker.hostname for worker in state.alive_workers()],
    }


def send(app, given, sent):
    for name, call in given["calls"].items():
        options = call.get("options", {})
        sent[name] = app.send_task(call["task"], args=call["args"], **options).id


def complete(given, sent, seen):
    """Whether the last event of each task was seen, and a heartbeat."""
    types = {(event.get("uuid"), event["type"]) for event in seen}
    return any(kind == "worker-heartbeat" for _, kind in types) and all(
        name in sent and (sent[name], call["last"]) in types for name, call in given["calls"].items()
    )
