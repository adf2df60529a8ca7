"""Sends calls from an application that has the queues of its worker in task_queues; tells their outcomes."""
import celery_app
from kombu import Exchange, Queue


def main(given):
    app = celery_app.connect(given)
    app.conf.task_queues = [
        Queue(
            each["name"],
            Exchange(each["exchange"], type=each["type"]),
            routing_key=each["routing_key"],
            queue_arguments=each["arguments"],
        )
        for each in given["queues"]
    ]
    sent = []
    for call in given["calls"]:
        options = dict(call["options"])
        if "link" in call:
            options["link"] = app.signature(call["link"]["task"], args=call["link"]["args"], immutable=True)
        sent.append(app.send_task(call["task"], args=call["args"], **options))
    return [celery_app.outcome(result) for result in sent] if given["wait"] else []
