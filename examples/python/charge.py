#!/usr/bin/env python3
"""Calls billing.charge, the handler that README.md shows. Prints the receipt.

    pip install 'celery[redis]'
    BROKER=amqp://guest:guest@localhost:5672// BACKEND=redis://localhost:6379/0 python3 examples/python/charge.py
"""
import os
from decimal import Decimal

from celery import Celery

app = Celery(broker=os.environ["BROKER"], backend=os.environ["BACKEND"])
amount = {"amount": Decimal("9.90"), "currency": "EUR"}
print(app.send_task("billing.charge", ("order-42", amount)).get(timeout=10))
