#!/usr/bin/env python3
"""Takes payments over HTTP and has them made by the Celery task payments.process.

    BROKER=amqp://... BACKEND=redis://... python3 gateway.py PORT

POST /payments with a header Idempotency-Key that the client made, and {"account", "amount", "currency"}:

    200 the receipt; the same for every repetition of the key
    400 no key, or no usable body: an error, nothing was sent
    409 the key was used for another payment before: nothing was paid
    502 the payment failed for good
    503 cannot say yet: come back after Retry-After seconds with the same key
"""
import json
import os
import sys
import time
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import redis
from celery import Celery
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE = 4.0  # seconds that a client is kept waiting
COME_BACK = 2  # seconds, when asked to come back later

app = Celery(broker=os.environ["BROKER"], backend=os.environ["BACKEND"])
store = redis.Redis.from_url(
    os.environ["BACKEND"], socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
)


def outcome(task_id):
    """The stored result record, or None while there is none. Read without Celery's own retries: we have a deadline."""
    stored = store.get(app.backend.get_key_for_task(task_id))
    return app.backend.decode_result(stored) if stored else None


class Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        key = self.headers.get("Idempotency-Key", "").strip()
        try:
            payment = json.loads(body, parse_float=Decimal)
        except ValueError:
            payment = None
        if not key or not isinstance(payment, dict):
            return self.answer(400, {"error": "send a JSON object and the header Idempotency-Key"})
        try:
            store.ping()  # a payment that nobody can answer for is better not accepted
            return self.pay(key, payment)
        except redis.RedisError:
            return self.later("the store does not answer")

    def pay(self, key, payment):
        task = app.send_task("payments.process", (payment,), queue="payments", headers={"idempotency_key": key})
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            record = outcome(task.id)
            if record is None:
                time.sleep(0.05)
            elif record["status"] == "SUCCESS":
                return self.answer(200, record["result"])
            elif type(record["result"]).__name__ == "IdempotencyConflict":
                return self.answer(409, {"error": "this key was used for another payment"})
            else:
                return self.answer(502, {"error": type(record["result"]).__name__})
        return self.later("still at it")

    def later(self, why):
        self.answer(503, {"error": why}, {"Retry-After": str(COME_BACK)})

    def answer(self, status, body, headers=None):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Gateway).serve_forever()
