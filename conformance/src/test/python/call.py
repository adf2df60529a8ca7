"""Calls a task by name and tells the outcome; `wait: false` only sends it."""
import celery_app


def main(given):
    app = celery_app.connect(given)
    options = dict(given.get("options", {}))
    if "link" in given:
        options["link"] = app.signature(given["link"], args=[1])
    result = app.send_task(given["task"], args=given.get("args", []), kwargs=given.get("kwargs", {}), **options)
    return {"id": result.id, **(celery_app.outcome(result) if given.get("wait", True) else {})}
