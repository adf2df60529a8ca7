"""The fingerprint vectors in Python:  python3 -m unittest discover conformance/python"""
import json
import unittest

from kombu.utils.json import loads

import fingerprint_vectors
from sedano_idempotent import fingerprint


class FingerprintVectorsTest(unittest.TestCase):
    def setUp(self):
        self.vectors = [json.loads(line) for line in fingerprint_vectors.FILE.read_text().splitlines()]

    def test_two_hundred_vectors_have_their_digests(self):
        self.assertEqual(len(self.vectors), 200)
        for vector in self.vectors:
            with self.subTest(vector["name"]):
                args, kwargs, _ = loads(vector["body"])
                self.assertEqual(fingerprint(vector["task"], args, kwargs), vector["sha256"])

    def test_the_file_is_what_its_generator_writes(self):
        self.assertEqual("".join(fingerprint_vectors.lines()), fingerprint_vectors.FILE.read_text())

    def test_what_means_the_same_has_one_digest_and_nothing_else_has(self):
        by_name = {vector["name"]: vector["sha256"] for vector in self.vectors}
        same = [
            ("integer 0", "integer -0"),
            ("float 1.0", "float 1.00", "float 1e0", "float 1E0", "float 10e-1"),
            ("float 1e22",),
            ("float 1e309", "float Infinity"),
            ("float -1e309", "float -Infinity"),
            ("float 0.0", "float 1e-400", "float 2e-324"),
            ("float -0.0", "float -1e-400"),
            ('text "/"', 'text "\\/"'),
            ('text "\u00e9"', 'text "\\u00e9"'),
            ('text "\\u212b"',),
            ('text "\\u00c5"',),
            ("keys sorted by UTF-8, not by UTF-16", "the same, another order"),
        ]
        for names in same:
            self.assertEqual(len({by_name[name] for name in names}), 1, names)
        self.assertEqual(len({by_name[names[0]] for names in same}), len(same))
        self.assertNotEqual(by_name["positional"], by_name["the same by keyword"])
        self.assertNotEqual(by_name["integer 1"], by_name["float 1.0"])
        self.assertNotEqual(by_name["integer 1"], by_name["true"])


if __name__ == "__main__":
    unittest.main()
