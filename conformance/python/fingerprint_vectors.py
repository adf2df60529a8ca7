#!/usr/bin/env python3
"""Writes the fingerprint vectors: worker/src/test/resources/golden/fingerprints.jsonl, one JSON object per line.

    python3 conformance/python/fingerprint_vectors.py           writes the file
    python3 conformance/python/fingerprint_vectors.py --check   says whether it is up to date

Each line: name, task, body (the JSON text of a message of protocol 2, as on the wire) and sha256. The digests come from
the Python implementation; the Java worker must agree. Needs what requirements.txt lists.
"""
import json
import pathlib
import sys

from kombu.utils.json import loads

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = ROOT / "worker/src/test/resources/golden/fingerprints.jsonl"
sys.path.insert(0, str(ROOT / "examples/python"))
from sedano_idempotent import fingerprint  # noqa: E402

COUNT = 200


def tagged(tag, value):
    return '{"__type__": "%s", "__value__": %s}' % (tag, value)


def one(value):
    """A call with one positional argument."""
    return "[[%s], {}, {}]" % value


def kw(text):
    return "[[], {%s}, {}]" % text


INTEGERS = [
    "0", "-0", "1", "-1", "9", "10", "255", "256", "2147483647", "2147483648", "-2147483648", "-2147483649",
    "4294967296", "9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "1" + "0" * 40, "-" + "7" * 100, "3" * 1000,
]  # fmt: skip
FLOATS = [
    "0.0", "-0.0", "1.0", "1.00", "-1.0", "0.1", "0.30000000000000004", "0.3", "1e0", "1E0", "10e-1", "1e22", "1e23",
    "9.007199254740993e15", "100000000000000000000.0", "1e16", "123456789012345680.0", "1e-7", "0.0001",
    "5e-324", "4.9e-324", "2e-324", "2.2250738585072014e-308", "2.2250738585072011e-308", "1.7976931348623157e308", "1e309",
    "-1e309", "1e-400", "-1e-400", "NaN", "Infinity", "-Infinity", "2.5", "3.141592653589793", "3.14159265358979323846264338",
]  # fmt: skip
TEXTS = [
    '""', '"a"', '"1"', '"1.0"', '"true"', '"null"', '" "', '"\\u0000"', '"\\u001f"', '"\\u007f"', '"\\u0080"', '"\\u07ff"',
    '"\\u0800"', '"\\uffff"', '"\\ufeff"', '"\\u2028"', '"\\/"', '"/"', '"\\"\\\\\\b\\f\\n\\r\\t"',
    '"\u00e9"', '"\\u00e9"', '"e\\u0301"', '"\\u212b"', '"\\u00c5"', '"A\\u030a"', '"\ufb00"', '"\u4e16\u754c"',
    '"\U0001f600"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\ude00"', '"\\ude00\\ud83d"', '"\\ud83dx"', '"\\udbff\\udfff"',
    '"\U00010000"', '"' + "x" * 127 + '"', '"' + "x" * 128 + '"', '"' + "\u00e9" * 300 + '"', '"' + "y" * 70000 + '"',
]  # fmt: skip
TAGGED = [
    tagged("datetime", '"2024-02-29T01:02:03"'),
    tagged("datetime", '"2024-02-29T01:02:03+00:00"'),
    tagged("datetime", '"2024-02-29T01:02:03Z"'),
    tagged("datetime", '"2024-02-29T01:02:03-00:00"'),
    tagged("datetime", '"2024-02-29T01:02:03.000678"'),
    tagged("datetime", '"2024-02-29T01:02:03.100000"'),
    tagged("datetime", '"2024-02-29T01:02:03.1"'),
    tagged("datetime", '"2024-02-29T01:02:03.123456789"'),
    tagged("datetime", '"2024-02-29T01:02:03+05:45"'),
    tagged("datetime", '"2024-02-29T01:02:03-03:30:15"'),
    tagged("datetime", '"2024-02-29 01:02:03"'),
    tagged("datetime", '"20240229T010203"'),
    tagged("datetime", '"2024-02-29"'),
    tagged("datetime", '"0001-01-01T00:00:00"'),
    tagged("datetime", '"9999-12-31T23:59:59.999999"'),
    tagged("date", '"2024-02-29"'),
    tagged("date", '"20240229"'),
    tagged("date", '"2024-02-29T10:00:00"'),
    tagged("date", '"0999-12-31"'),
    tagged("time", '"01:02:03"'),
    tagged("time", '"01:02"'),
    tagged("time", '"01:02:03.000004"'),
    tagged("time", '"01:02:03+01:00"'),
    tagged("time", '"01:02:03Z"'),
    tagged("time", '"00:00:00"'),
    tagged("decimal", '"1.0"'),
    tagged("decimal", '"1.00"'),
    tagged("decimal", '"1"'),
    tagged("decimal", '"+1.0"'),
    tagged("decimal", '"001.0"'),
    tagged("decimal", '".5"'),
    tagged("decimal", '"5."'),
    tagged("decimal", '"1E+30"'),
    tagged("decimal", '"1e30"'),
    tagged("decimal", '"123E5"'),
    tagged("decimal", '"1E-6"'),
    tagged("decimal", '"1E-7"'),
    tagged("decimal", '"0.0000001"'),
    tagged("decimal", '"0"'),
    tagged("decimal", '"-0"'),
    tagged("decimal", '"-00.00"'),
    tagged("decimal", '"0E-10"'),
    tagged("decimal", '"0E+3"'),
    tagged("decimal", '"-0E3"'),
    tagged("decimal", '"12.5E10001"'),
    tagged("decimal", '"0012.50e-10002"'),
    tagged("decimal", '"NaN"'),
    tagged("decimal", '"nan"'),
    tagged("decimal", '"-NaN007"'),
    tagged("decimal", '"sNaN"'),
    tagged("decimal", '"inf"'),
    tagged("decimal", '"-Infinity"'),
    tagged("decimal", '" 1.5 "'),
    tagged("decimal", '"' + "9" * 60 + '.10"'),
    tagged("uuid", '{"hex": "12345678123456781234567812345678"}'),
    tagged("uuid", '{"hex": "ABCDEF00-0000-4000-8000-00000000000F"}'),
    tagged("uuid", '{"hex": "00000000000000000000000000000000"}'),
    tagged("bytes", '""'),
    tagged("bytes", '"1"'),
    tagged("bytes", '"plain \\u00e9"'),
    tagged("base64", '"cGxhaW4gw6k="'),
    tagged("base64", '"//4A"'),
    '{"__value__": "2024-02-29", "__type__": "date"}',
    '{"__type__": "bytes", "__value__": "a", "__type__": "date", "__value__": "2024-02-29"}',
]
BODIES = [
    ("nothing", "[[], {}, {}]"),
    ("nothing, embed says null", '[[], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]'),
    ("nothing, no embed", "[[], {}, null]"),
    ("null", one("null")),
    ("true", one("true")),
    ("false", one("false")),
    ("empty list", one("[]")),
    ("empty map", one("{}")),
    ("list in list", one("[[1], 2]")),
    ("other list in list", one("[[1, 2]]")),
    ("two lists", "[[[1], [2]], {}, {}]"),
    ("texts that join alike, one", '[["ab", "c"], {}, {}]'),
    ("texts that join alike, other", '[["a", "bc"], {}, {}]'),
    ("positional", '[[1, "x"], {}, {}]'),
    ("the same by keyword", '[[], {"a": 1, "b": "x"}, {}]'),
    ("keyword and positional", '[[1], {"b": "x"}, {}]'),
    ("keywords in another order", kw('"b": "x", "a": 1')),
    ("map instead of keywords", '[[{"a": 1, "b": "x"}], {}, {}]'),
    ("keys sorted by UTF-8, not by UTF-16", kw('"\U0001f600": 1, "\ufb00": 2, "z": 3')),
    ("the same, another order", kw('"z": 3, "\ufb00": 2, "\U0001f600": 1')),
    ("a key that is a prefix", kw('"ab": 1, "a": 2, "": 3, "B": 4')),
    ("upper case sorts first", kw('"a": 1, "B": 2, "_": 3, "0": 4')),
    ("composed and decomposed keys", kw('"\u00e9": 1, "e\u0301": 2')),
    ("escaped key", kw('"\\u00e9": 1, "\\u0000": 2')),
    ("last of equal keys wins", kw('"a": 1, "b": 2, "a": 3')),
    ("last of equal keys wins, escaped", kw('"a": 1, "\\u0061": 3, "b": 2')),
    ("equal keys within a value", one('{"x": {"y": 1}, "x": {"z": 2}}')),
    ("tag-like, one more key", one('{"__type__": "date", "__value__": "2024-02-29", "x": 1}')),
    ("tag-like, type alone", one('{"__type__": "date"}')),
    ("tagged within maps and lists", one('{"k": [%s, {"d": %s}]}' % (tagged("decimal", '"2.50"'), tagged("bytes", '"z"')))),
    ("tagged keywords", kw('"when": %s, "price": %s' % (tagged("date", '"2024-02-29"'), tagged("decimal", '"9.90"')))),
    ("30 levels of lists", one("[" * 30 + "]" * 30)),
    ("400 levels of lists", one("[" * 400 + "1" + "]" * 400)),
    ("60 levels of maps", one('{"a": ' * 60 + "null" + "}" * 60)),
    ("1000 elements", one("[" + ", ".join(str(i) for i in range(1000)) + "]")),
    ("300 keys", kw(", ".join('"k%d": %d' % (i, i) for i in range(300)))),
    ("white space of all kinds", ' [\t[ 1 ,\r\n 2 ] , { "a" :3 } , { } ] '),
]


def vectors():
    yield from ((name, "t", body) for name, body in BODIES)
    yield "empty arguments of another task", "u", "[[], {}, {}]"
    yield "task beyond ASCII", "t\u00e4sk.\U0001f600", "[[], {}, {}]"
    for group, values in (("integer", INTEGERS), ("float", FLOATS), ("text", TEXTS), ("tagged", TAGGED)):
        for value in values:
            yield "%s %s" % (group, value if len(value) <= 60 else value[:57] + "..."), "t", one(value)


def lines():
    for name, task, body in vectors():
        args, kwargs, _ = loads(body)
        line = {"name": name, "task": task, "body": body, "sha256": fingerprint(task, args, kwargs)}
        yield json.dumps(line) + "\n"


def main():
    text = "".join(lines())
    count = text.count("\n")
    if count != COUNT:
        sys.exit("%d vectors, not %d" % (count, COUNT))
    if "--check" in sys.argv[1:]:
        if FILE.read_text() != text:
            sys.exit("%s is not up to date" % FILE)
    else:
        FILE.write_text(text)


if __name__ == "__main__":
    main()
