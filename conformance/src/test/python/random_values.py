"""Random values as kombu writes them, and whether bytes that came back say the same."""
import base64
import datetime
import decimal
import math
import pathlib
import random
import struct
import sys
import uuid

from kombu import compression, serialization

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "examples/python"))
import sedano_idempotent  # noqa: E402

TEXTS = ["on", "No", "~", "null", "1e3", "1e+3", "012", "0x1f", "1:30", "1_000", ".5", "-.inf", "2024-01-01", "=", "<<", "!x",
         "&a", "*a", "- a", "a: b", "a #b", "#", "'", '"', "\\", "%", "@", "`", "|", ">", "{", "[", ",", "?", ":", "---", "...",
         " lead", "trail ", "two\nlines", "\n", "\t", "tab\tbed", "\x85", "\u2028", "\ufeff", "\x00", "\x7f", "\xa0", "🌍"]  # fmt: skip


class Values:
    def __init__(self, serializer, seed):
        self.serializer = serializer
        self.random = random.Random(seed)
        self.made = []

    def value(self, depth=4):
        kinds = [self.nothing, self.flag, self.integer, self.number, self.text, self.octets, self.special]
        if depth:
            kinds += [self.list, self.dict, self.dict]
        return self.random.choice(kinds)(depth)

    def nothing(self, depth):
        return None

    def flag(self, depth):
        return self.random.random() < 0.5

    def integer(self, depth):
        bits = self.random.choice([1, 7, 8, 15, 16, 31, 32, 53, 63])
        whole = self.random.getrandbits(bits) * self.random.choice([1, -1])
        if self.serializer == "msgpack":
            return self.random.choice([whole, self.random.getrandbits(64), -(2**63)])
        return self.random.choice([whole, self.random.getrandbits(300) * self.random.choice([1, -1])])

    def number(self, depth):
        return self.random.choice([
            struct.unpack("<d", self.random.getrandbits(64).to_bytes(8, "little"))[0],
            self.random.randrange(100000) / 100,
            self.random.randrange(1000) * 10.0 ** self.random.randrange(-30, 30),
            float(self.random.getrandbits(62)), 0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1e22,
        ])  # fmt: skip

    def text(self, depth=0):
        if self.random.random() < 0.4:
            return self.random.choice(TEXTS)
        size = self.random.choice([0, 1, 5, 20, 31, 32, 130, 300])
        return "".join(self.character() for _ in range(size))

    def character(self):
        while True:
            c = chr(self.random.randrange(self.random.choice([128, 128, 0x250, 0x3000, 0x10000, 0x110000])))
            if not "\ud800" <= c <= "\udfff":
                return c

    def octets(self, depth):
        return self.random.choice([self.random.randbytes(self.random.choice([0, 1, 15, 300])), self.text().encode()])

    def special(self, depth):
        zones = [None, datetime.timezone.utc]
        zones.append(datetime.timezone(datetime.timedelta(minutes=self.random.randrange(-1000, 1000))))
        moment = datetime.datetime(
            self.random.choice([1, 1970, 2024, 9999]), self.random.randrange(2, 12), self.random.randrange(2, 28),
            self.random.randrange(24), self.random.randrange(60), self.random.randrange(60),
            self.random.choice([0, 1, 678, 500000, 999999]), self.random.choice(zones))  # fmt: skip
        if self.serializer == "msgpack":
            import msgpack

            return msgpack.Timestamp(self.random.choice([0, 1, 2**32, 2**34, -1, -62135596800]), self.random.randrange(10**9))
        if self.serializer == "yaml":
            return self.random.choice([moment, moment.date(), {self.text() for _ in range(self.random.randrange(4))}])
        return self.random.choice([
            moment, moment.date(), moment.time(), moment.timetz(), uuid.UUID(int=self.random.getrandbits(128)),
            decimal.Decimal(self.random.choice(["NaN", "-Infinity", "-0", "1E+999999", "1.10", "sNaN", "0E-7"])),
            decimal.Decimal(self.random.getrandbits(90)).scaleb(self.random.randrange(-60, 60)),
        ])  # fmt: skip

    def list(self, depth):
        made = [self.value(depth - 1) for _ in range(self.random.choice([0, 1, 3, 15, 16, 17] if depth == 1 else [0, 1, 3]))]
        if made and self.random.random() < 0.2:
            made.append(made[0])  # YAML writes the second one as an alias
        return made

    def dict(self, depth):
        key = self.text
        if self.serializer == "yaml":
            key = self.random.choice([
                self.text, self.text,
                lambda: self.random.getrandbits(20), lambda: self.random.randrange(100) / 8,
                lambda: datetime.date(2024, 1, self.random.randrange(1, 28)),
                lambda: self.random.choice([None, True, False]),
            ])  # fmt: skip
        return {key(): self.value(depth - 1) for _ in range(self.random.choice([0, 1, 3, 15, 17] if depth == 1 else [0, 1, 3]))}


def same(sent, got):
    if type(sent) is not type(got):
        return False
    if isinstance(sent, float):
        return repr(sent) == repr(got)
    if isinstance(sent, (decimal.Decimal, datetime.datetime, datetime.time)):
        return str(sent) == str(got)
    if isinstance(sent, list):
        return len(sent) == len(got) and all(map(same, sent, got))
    if isinstance(sent, dict):
        if sent.keys() != got.keys() or sorted(map(repr, sent)) != sorted(map(repr, got)):
            return False
        return all(same(value, got[key]) for key, value in sent.items())
    return sent == got


def bodies(given):
    values = Values(given["serializer"], given["seed"])
    return [[[values.value()], {"k": values.value(2)}, {}] for _ in range(given["count"])]


def write(given):
    methods = random.Random(given["seed"])
    written = []
    for body in bodies(given):
        content_type, content_encoding, payload = serialization.dumps(body, given["serializer"])
        method = methods.choice([None] + sorted(compression.encoders()))
        octets = payload if isinstance(payload, bytes) else payload.encode()
        if method:
            octets, method = compression.compress(octets, method)
        written.append({
            "content_type": content_type, "content_encoding": content_encoding, "compression": method,
            "body": base64.b64encode(octets).decode(), "fingerprint": sedano_idempotent.fingerprint("t", body[0], body[1]),
        })  # fmt: skip
    return written


def judge(given):
    wrong = []
    for number, (body, back) in enumerate(zip(bodies(given), given["back"], strict=True)):
        octets = base64.b64decode(back["body"])
        if back["compression"]:
            octets = compression.decompress(octets, back["compression"])
        got = serialization.loads(octets, back["content_type"], back["content_encoding"], accept={back["content_type"]})
        if not same(body, got):
            wrong.append(f"{number}: sent {body!r:.300}, got {got!r:.300}")
    return wrong


def main(given):
    return judge(given) if "back" in given else write(given)
