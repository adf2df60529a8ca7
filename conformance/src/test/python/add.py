"""What every tutorial does."""
import celery_app


def main(given):
    app = celery_app.connect(given)

    @app.task(name="proj.add")
    def add(x, y):
        raise NotImplementedError("runs elsewhere")

    return {"sum": add.delay(2, 3).get(timeout=celery_app.PATIENCE)}
