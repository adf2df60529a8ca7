#!/usr/bin/env python3
"""Receives signed webhooks and hands each to the Celery task webhooks.KIND, under the event's id as idempotency key.

    BROKER=... BACKEND=... WEBHOOK_SECRET=... CLOCK=START,SECONDS_PER_DAY python3 receiver.py PORT

POST /webhooks with {"id", "kind", "created", ...} and the header X-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">.

    202 accepted; whether it is a duplicate is for the worker to tell
    400 no usable payload          } errors, not duplicates:
    401 bad, old or no signature   } nothing is sent on
    410 an event older than KEEP_DAYS: its key is forgotten by now, so it could not be told from a new one

The clock is simulated: CLOCK names the real time at which the simulation began, and how many real seconds make a day.
"""
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from celery import Celery

DAY = 86_400
TOLERANCE = 300  # seconds of simulated time that a signature may be old
KEEP = float(os.environ.get("KEEP_DAYS", "7")) * DAY
KINDS = {"payment", "refund"}
SECRET = os.environ["WEBHOOK_SECRET"].encode()
BEGAN, SECONDS_PER_DAY = (float(part) for part in os.environ["CLOCK"].split(","))

app = Celery(broker=os.environ["BROKER"], set_as_current=False)


def now():
    """Simulated seconds since the simulation began."""
    return (time.time() - BEGAN) * DAY / SECONDS_PER_DAY


def signed(header, body):
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    stamp = parts.get("t", "")
    wanted = hmac.new(SECRET, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, parts.get("v1", "")):
        return False
    # A day of the simulation passes in a moment, so the tolerance grows by what ten real seconds are.
    return abs(now() - float(stamp)) <= TOLERANCE + 10 * DAY / SECONDS_PER_DAY


def payload(body):
    """The event, or None if it is not one that we can work with."""
    try:
        event = json.loads(body)
        usable = isinstance(event["id"], str) and event["id"].strip() and event["kind"] in KINDS
        return event if usable and isinstance(event["created"], (int, float)) else None
    except (ValueError, TypeError, KeyError):
        return None


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not signed(self.headers.get("X-Signature", ""), body):
            return self.answer(401)
        event = payload(body)
        if event is None:
            return self.answer(400)
        if now() - event["created"] > KEEP:
            return self.answer(410)
        app.send_task(
            f"webhooks.{event['kind']}",
            (event,),
            queue="webhooks",
            headers={"idempotency_key": event["id"]},
            ignore_result=True,
        )
        self.answer(202)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
