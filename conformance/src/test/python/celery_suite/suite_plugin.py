"""pytest plugin: Celery's own integration suite (t/integration of its source) against a worker in another process.

Loaded with `-p suite_plugin` before the suite's conftest, it takes the place of the fixture that starts a worker inside
pytest. Of the tests it runs those that SUITE_TESTS names; nothing of them is changed, see stand_ins.py for what they see.

Environment: TEST_BROKER, TEST_BACKEND, REDIS_HOST, REDIS_PORT as the suite reads them; SUITE_COMMAND, the worker's command
as a JSON list; SUITE_NODE, its node name; SUITE_TESTS, a file with a test id per line; SUITE_TEST_LIMIT, seconds for one
test; SUITE_OUT, a folder for worker.log and results.json.
"""
import gc
import json
import os
import platform

import pytest

import celery
import celery.contrib.pytest
import stand_ins
from external_worker import OUT, WORKER

LIMIT = float(os.environ['SUITE_TEST_LIMIT'])
RESULTS = {}
MISSING = []
COLLECTING = []


@pytest.fixture(scope='session')
def celery_session_worker(celery_session_app, celery_includes, celery_class_tasks):
    """The client's half of Celery's fixture of this name."""
    for module in celery_includes:
        celery_session_app.loader.import_task_module(module)
    for class_task in celery_class_tasks:
        celery_session_app.register_task(class_task)
    celery_session_app.finalize()
    celery_session_app.set_current()
    celery_session_app.set_default()
    yield WORKER


celery.contrib.pytest.celery_session_worker = celery_session_worker  # from where the suite's conftest imports it


def pytest_collection_modifyitems(config, items):
    with open(os.environ['SUITE_TESTS'], encoding='utf-8') as file:
        wanted = [line.strip() for line in file if line.strip() and not line.startswith('#')]
    found = {item.nodeid: item for item in items}
    MISSING.extend(test for test in wanted if test not in found)
    chosen = set(wanted)
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in chosen])
    items[:] = [item for item in items if item.nodeid in chosen]
    for item in items:
        # Before the suite's own limits: those fit a worker in the same process on an idle machine.
        item.add_marker(pytest.mark.timeout(LIMIT), append=False)


def pytest_collection_finish(session):
    if session.items:
        WORKER.purge()
        WORKER.start()
        stand_ins.install()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    WORKER.restart_if_dead(item.nodeid)
    gc.collect()  # else results of earlier tests end their subscriptions while a test compares those it finds


def pytest_runtest_logreport(report):
    result = RESULTS.setdefault(report.nodeid, {'outcome': 'passed', 'seconds': 0.0, 'why': ''})
    result['seconds'] += report.duration
    if report.failed:
        result['outcome'] = 'failed'
        crash = getattr(report.longrepr, 'reprcrash', None)
        result['why'] = result['why'] or (crash.message if crash else str(report.longrepr)[-500:])
    elif report.skipped and result['outcome'] == 'passed':
        result['outcome'] = 'skipped'
        result['why'] = str(getattr(report, 'wasxfail', '') or report.longrepr)[-500:]


def pytest_runtest_logfinish(nodeid):
    if RESULTS[nodeid]['outcome'] == 'failed':
        # What the failed test left behind is not the next one's affair.
        WORKER.purge()
        WORKER.restart()
        WORKER.purge()


def pytest_sessionfinish():
    with open(os.path.join(OUT, 'results.json'), 'w', encoding='utf-8') as file:
        json.dump({'celery': celery.__version__, 'python': platform.python_version(), 'missing': MISSING,
                   'deaths': WORKER.deaths, 'starts': WORKER.starts, 'tests': RESULTS}, file, indent=1)


def pytest_unconfigure():
    WORKER.stop()
