import base64, datetime, decimal, hashlib, struct, uuid

def fingerprint(task, args, kwargs):
    form = bytearray()
    for value in (task, list(args), kwargs):
        _canonical(value, form)
    return hashlib.sha256(form).hexdigest()


def _canonical(value, out):
    def content(kind, text):
        encoded = text.encode("utf-8", "surrogatepass")
        out.extend(kind + struct.pack(">I", len(encoded)) + encoded)

    def tag(name, text):
        content(b"T", name)
        content(b"s", text)

    if value is None or value is True or value is False:
        out.extend({None: b"n", True: b"t", False: b"f"}[value])
    elif isinstance(value, int):
        content(b"i", str(value))
    elif isinstance(value, float):
        bits = 0x7FF8 << 48 if value != value else struct.unpack(">Q", struct.pack(">d", value))[0]
        content(b"d", "%x" % bits)
    elif isinstance(value, str):
        content(b"s", value)
    elif isinstance(value, (list, tuple)):
        content(b"l", str(len(value)))
        for element in value:
            _canonical(element, out)
    elif isinstance(value, dict):
        content(b"m", str(len(value)))
        for key in sorted(value, key=lambda key: key.encode("utf-8", "surrogatepass")):
            content(b"s", key)
            _canonical(value[key], out)
    elif isinstance(value, datetime.datetime):
        tag("datetime", value.isoformat())
    elif isinstance(value, datetime.date):
        tag("date", value.isoformat())
    elif isinstance(value, datetime.time):
        tag("time", value.isoformat())
    elif isinstance(value, decimal.Decimal):
        tag("decimal", str(value))
    elif isinstance(value, uuid.UUID):
        tag("uuid", str(value))
    elif isinstance(value, bytes):
        tag("bytes", value.hex())
    else:
        raise TypeError("not a plain value: " + type(value).__qualname__)
