"""Runs the unit tests of the Python companion, which need no servers."""
import io
import pathlib
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "python"


def main(given):
    suite = unittest.defaultTestLoader.discover(str(FOLDER), top_level_dir=str(FOLDER))
    result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    problems = [str(test) + "\n" + text for test, text in result.errors + result.failures]
    return {"ran": result.testsRun, "problems": problems}
