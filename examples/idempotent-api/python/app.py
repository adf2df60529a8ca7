#!/usr/bin/env python3
"""An API whose callers may send an Idempotency-Key. Each call is executed by the Celery task transfers.execute.

    BROKER=amqp://... BACKEND=redis://... python3 app.py PORT

With a key, a repeated call is answered with the stored result of the first one, and nothing runs again. Without a key every
call is executed, as always with Celery. GET /keys/KEY tells how often a key was repeated and how long it is remembered.
"""
import asyncio
import hashlib
import os
import sys
import time
from typing import Annotated

import redis
import uvicorn
from celery import Celery
from celery.result import AsyncResult
from fastapi import FastAPI, Header, HTTPException, Response
from pydantic import BaseModel, Field

TASK = "transfers.execute"
QUEUE = "transfers"
NAMESPACE = os.environ.get("SEDANO_NAMESPACE", "default")  # the worker's --namespace
PATIENCE = 10.0  # seconds that a caller is kept waiting

celery = Celery(broker=os.environ["BROKER"], backend=os.environ["BACKEND"])
store = redis.Redis.from_url(os.environ["BACKEND"], socket_timeout=2, decode_responses=True)
api = FastAPI(title="Transfers")


class Transfer(BaseModel):
    source: str = Field(min_length=1, max_length=64)
    target: str = Field(min_length=1, max_length=64)
    cents: int = Field(gt=0)


Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]


def record_name(key: str) -> str:
    """Where Sedano keeps the state of an explicit key: docs/protocol.md, Keys."""
    record = f"{TASK}\0{key}".encode()
    if len(record) > 200:
        record = b"sha256:" + hashlib.sha256(record).hexdigest().encode()
    return f"sed:{{{NAMESPACE}}}:r:{record.decode()}"


async def finished(result: AsyncResult) -> dict:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        meta = await asyncio.to_thread(result.backend.get_task_meta, result.id, False)
        if meta["status"] in ("SUCCESS", "FAILURE", "REVOKED"):
            return meta
        await asyncio.sleep(0.03)
    raise HTTPException(503, "not finished yet: repeat the call with the same key", {"Retry-After": "2"})


@api.post("/transfers")
async def transfer(body: Transfer, response: Response, idempotency_key: Key = None) -> dict:
    headers = {"idempotency_key": idempotency_key} if idempotency_key else {}
    try:
        result = await asyncio.to_thread(
            celery.send_task, TASK, (body.model_dump(),), queue=QUEUE, headers=headers
        )
        meta = await finished(result)
    except redis.RedisError:
        raise HTTPException(503, "the store does not answer", {"Retry-After": "2"}) from None
    if meta["status"] != "SUCCESS":
        error = type(meta["result"]).__name__
        raise HTTPException(409 if error == "IdempotencyConflict" else 502, error)
    if idempotency_key:
        # The task puts the id of the message that ran into its result: another one than ours was stored before.
        response.headers["Idempotency-Replayed"] = str(meta["result"]["ran_as"] != result.id).lower()
    return meta["result"]


@api.get("/keys/{key}")
def key_state(key: str) -> dict:
    name = record_name(key)
    state, repeats = store.hmget(name, "st", "dups")
    if state is None:
        raise HTTPException(404, "unknown, or forgotten: a call with this key would be executed")
    states = {"R": "running", "C": "completed", "P": "parked", "H": "waiting"}
    return {
        "state": states.get(state, state),
        "repeats": int(repeats or 0),
        "forgotten_in_seconds": max(0, store.pttl(name)) / 1000,
    }


if __name__ == "__main__":
    uvicorn.run(api, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
