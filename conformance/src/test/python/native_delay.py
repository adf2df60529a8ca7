"""What a Celery worker with quorum queues declares, and what a client of it sends."""
from kombu import Exchange, Queue
from kombu.transport.native_delayed_delivery import (
    bind_queue_to_native_delayed_delivery_exchange,
    declare_native_delayed_delivery_exchanges_and_queues,
)

import celery_app


def main(given):
    app = celery_app.connect(given)
    exchange = Exchange(f"to-{given['queue']}", type="topic")
    queue = Queue(
        given["queue"], exchange, routing_key=f"biz.{given['queue']}", queue_arguments={"x-queue-type": "quorum"}
    )
    app.conf.task_queues = [queue]
    app.conf.task_default_exchange = exchange.name
    app.conf.task_default_exchange_type = "topic"
    app.conf.task_default_routing_key = queue.routing_key
    with app.connection_for_write() as connection:
        if given["declare"]:
            declare_native_delayed_delivery_exchanges_and_queues(connection, "quorum")
            queue.bind(connection.channel()).declare()
            bind_queue_to_native_delayed_delivery_exchange(connection, queue)
            return {}
    result = app.send_task(given["task"], args=given["args"], countdown=given["countdown"])
    return {"id": result.id, **celery_app.outcome(result)}
