"""Sends many tasks with a countdown; tells when each is due."""
from datetime import datetime, timedelta, timezone

import celery_app


def main(given):
    app = celery_app.connect(given)
    due = {}
    with app.producer_pool.acquire(block=True) as producer:
        for number in range(given["count"]):
            key = f"{given['tag']}-{number}"
            eta = datetime.now(timezone.utc) + timedelta(seconds=given["countdown"])
            app.send_task("ledger.work", args=[key, 0], eta=eta, producer=producer, ignore_result=True)
            due[key] = eta.isoformat()
    return due
