"""Sends values to a task that returns its argument; tells which came back as something else."""
import datetime
import decimal
import math
import uuid

import celery_app

UTC = datetime.timezone.utc
KATHMANDU = datetime.timezone(datetime.timedelta(hours=5, minutes=45))
VALUES = [
    None, True, False, 0, -1, 1.0, 1e22, -0.0, 5e-324, 0.1,
    "", "Grüße, 世界 🌍 \u0000 \u2028 \"'\\", "é" * 3000,
    10**39 + 7, -(10**40), 2**63, 2**31 - 1, 2**31,
    float("nan"), float("inf"), float("-inf"),
    datetime.datetime(2024, 2, 29, 1, 2, 3, 678, tzinfo=UTC),
    datetime.datetime(2024, 2, 29, 1, 2, 3, tzinfo=KATHMANDU),
    datetime.datetime(2024, 2, 29, 1, 2, 3),
    datetime.date(2024, 2, 29),
    datetime.time(1, 2, 3, 4),
    decimal.Decimal("1.10"), decimal.Decimal("1E+30"), decimal.Decimal("-0"), decimal.Decimal("1E-21"),
    uuid.UUID("12345678-1234-5678-1234-567812345678"),
    b"plain", b"\x00\xff\xfe not text",
    [], {}, [1, [2, [3, {"a": [None, 1.5]}]]], {"k": {"ü": decimal.Decimal("2.50")}},
]  # fmt: skip


def same(sent, got):
    if type(sent) is not type(got):
        return False
    if isinstance(sent, float):
        return (math.isnan(sent) and math.isnan(got)) or repr(sent) == repr(got)
    if isinstance(sent, decimal.Decimal):
        return str(sent) == str(got)
    if isinstance(sent, datetime.datetime):
        return sent.isoformat() == got.isoformat()
    return sent == got


def main(given):
    app = celery_app.connect(given)
    sent = [(value, app.send_task("proj.ident", args=[value])) for value in VALUES]
    wrong = []
    for value, result in sent:
        got = result.get(timeout=celery_app.PATIENCE)
        if not same(value, got):
            wrong.append(f"sent {value!r:.80}, got {got!r:.80}")
    return {"values": len(sent), "wrong": wrong}
