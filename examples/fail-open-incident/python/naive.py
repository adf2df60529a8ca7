#!/usr/bin/env python3
"""A Celery worker with the dedupe that everybody writes first. It listens on PORT once it consumes.

    BROKER=... BACKEND=... SHOP_URL=... python3 naive.py PORT

It remembers order ids in Redis, and when Redis cannot be asked it ships anyway, "because an order must not be lost": it fails
open. (It also marks before it works, so that a crash in between loses the order; that is another incident.)
"""
import os
import socket
import sys
import urllib.request

import redis
from celery import Celery
from celery.signals import worker_ready
from redis.backoff import NoBackoff
from redis.retry import Retry

PORT = int(sys.argv[1])
app = Celery("naive", broker=os.environ["BROKER"])
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=4)
seen = redis.Redis.from_url(
    os.environ["BACKEND"], socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
)
listening = socket.socket()


@app.task(name="orders.ship", ignore_result=True)
def ship(order):
    try:
        first = seen.set(f"seen:{order['id']}", 1, nx=True, ex=86_400)
    except redis.RedisError:
        first = True  # here it is
    if first:
        url = f"{os.environ['SHOP_URL']}/naive/{order['id']}"
        urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=10).close()


@worker_ready.connect
def listen(**_):
    listening.bind(("127.0.0.1", PORT))
    listening.listen()


if __name__ == "__main__":
    app.worker_main(
        ["worker", "-Q", "naive", "-P", "threads", "-c", "4", "-l", "WARNING"]
        + ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    )
