"""Asks nodes as Celery's own client does, one question after the other; and runs Celery's command line."""
import subprocess
import sys

import celery_app


def main(given):
    if "command" in given:
        return command_line(given)
    app = celery_app.connect(given)
    return [ask(app, given["node"], **question) for question in given["ask"]]


def ask(app, node, method, arguments=None, timeout=5, destination=None, **selection):
    """The node's reply, None if there is none, or the text "null" if it replied so."""
    with app.connection_for_write() as connection:
        replies = app.control.broadcast(
            method,
            arguments=arguments or {},
            destination=destination or ([node] if not selection else None),
            reply=True,
            timeout=timeout,
            limit=1 if not selection else None,
            connection=connection,
            **selection,
        )
    for reply in replies or []:
        if node in reply:
            return "null" if reply[node] is None else reply[node]
    return None


def command_line(given):
    done = subprocess.run(
        [sys.executable, "-m", "celery", "-b", given["broker"], "--result-backend", given["backend"], *given["command"]],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return {"code": done.returncode, "out": done.stdout, "err": done.stderr}
