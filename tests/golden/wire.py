"""Frames of proto/README.md as JSON lines that people can read, and back.

A message is {"kind": "chunk_end", ...}. A batch is {"batch": 1, ...}, its
columns {"name", "role", "type", "values"}: numbers, dates and times as the
integers that travel, text as it is, what is no UTF-8 or no text as
{"hex": ...}. Bodies that are msgpack themselves (schemas, rejects) are shown
unpacked. What a line does not say is zero."""
import struct
import uuid

import msgpack

ROLES = ["field", "origin", "rowversion", "bk_hash", "data_hash", "op"]
TYPES = ["bool", "int", "decimal", "float", "text", "bytes", "date", "time",
         "timestamp", "timestamptz", "uuid", "json", "opaque"]
FIXED = {"bool": "<?", "int": "<q", "float": "<d", "date": "<i",
         "time": "<q", "timestamp": "<q", "timestamptz": "<q"}
WIDTHS = {"uuid": 16, "bk_hash": 16, "data_hash": 32, "op": 1}
KINDS = {"hello": 1, "described": 2, "planned": 3, "chunk": 4, "chunk_end": 5,
         "ack": 6, "reject": 7, "opened": 8, "committed": 9, "swept": 10,
         "closed": 11, "error": 12, "peers": 32, "describe": 33, "plan": 34,
         "open": 35, "assign": 36, "fence": 37, "except": 38, "commit": 39,
         "join": 40, "sweep": 41, "delete": 42, "close": 43, "exit": 44,
         "end": 64}
KIND_NAMES = {number: name for name, number in KINDS.items()}
OUTCOMES = ["inserted", "updated", "deleted", "unchanged", "rejected",
            "conflicted", "pending"]


# --- values

def width_of(column):
    if column["role"] in WIDTHS:
        return WIDTHS[column["role"]]
    return WIDTHS.get(column["type"])


def put_bytes(value):
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    return value.encode()


def get_bytes(data, as_text=True):
    try:
        if as_text:
            return data.decode()
    except UnicodeDecodeError:
        pass
    return {"hex": data.hex()}


def put_fixed(column, value):
    width = width_of(column)
    if width is None:
        form = FIXED[column["type"]]
        return struct.pack(form, 0 if value is None else value)
    if value is None:
        return bytes(width)
    if column["type"] == "uuid" and column["role"] == "field":
        return uuid.UUID(value).bytes
    return value.to_bytes(1, "little") if column["role"] == "op" \
        else bytes.fromhex(value)


def get_fixed(column, data):
    width = width_of(column)
    if width is None:
        return struct.unpack(FIXED[column["type"]], data)[0]
    if column["role"] == "op":
        return data[0]
    if column["type"] == "uuid" and column["role"] == "field":
        return str(uuid.UUID(bytes=data))
    return data.hex()


def is_fixed(column):
    return width_of(column) is not None or column["type"] in FIXED


# --- columns

def put_nulls(values):
    bits = bytearray((len(values) + 7) // 8)
    for i, value in enumerate(values):
        if value is None:
            bits[i // 8] |= 1 << i % 8
    return bytes(bits)


def put_column(column):
    values = column["values"]
    out = {"name": column["name"], "role": ROLES.index(column["role"]),
           "type": TYPES.index(column["type"])}
    for name in ("tname", "origin"):
        if name in column:
            out[name] = column[name]
    if None in values:
        out["nulls"] = put_nulls(values)
    if is_fixed(column):
        out["data"] = b"".join(put_fixed(column, v) for v in values)
        return out
    parts = [b"" if v is None else put_bytes(v) for v in values]
    offsets = [0]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    out["offs"] = struct.pack(f"<{len(offsets)}I", *offsets)
    out["data"] = b"".join(parts)
    return out


def get_column(packed, rows):
    column = {"name": packed["name"], "role": ROLES[packed["role"]],
              "type": TYPES[packed["type"]]}
    for name in ("tname", "origin"):
        if name in packed:
            column[name] = packed[name]
    data, nulls = packed["data"], packed.get("nulls", bytes(rows))
    if is_fixed(column):
        width = len(data) // rows if rows else 0
        cells = [get_fixed(column, data[i * width:(i + 1) * width])
                 for i in range(rows)]
    else:
        offsets = struct.unpack(f"<{rows + 1}I", packed["offs"])
        cells = [get_bytes(data[offsets[i]:offsets[i + 1]],
                           column["type"] != "bytes") for i in range(rows)]
    column["values"] = [
        None if nulls[i // 8] >> i % 8 & 1 else cell
        for i, cell in enumerate(cells)]
    return column


# --- frames

def put_counts(counts):
    return [counts.get(name, 0) for name in OUTCOMES]


def get_counts(counts):
    return {name: n for name, n in zip(OUTCOMES, counts) if n}


def put_batch(line):
    return {
        "batch": line["batch"], "entity": line["entity"],
        "run": line.get("run", 1), "chunk": line.get("chunk", 0),
        "attempt": line.get("attempt", 1), "seq": line.get("seq", 0),
        "part": line.get("part", 0),
        "keys_only": line.get("keys_only", False),
        "left": put_counts(line.get("left", {})),
        "rows": line["rows"], "cols": [put_column(c) for c in line["cols"]]}


def get_batch(frame):
    line = {k: v for k, v in frame.items() if v or k in ("rows", "batch")}
    line["left"] = get_counts(frame["left"])
    line["cols"] = [get_column(c, frame["rows"]) for c in frame["cols"]]
    if not line["left"]:
        del line["left"]
    return line


def hide_bytes(value):
    """Unpacked msgpack, with bytes in a form that JSON has."""
    if isinstance(value, bytes):
        return get_bytes(value)
    if isinstance(value, list):
        return [hide_bytes(v) for v in value]
    if isinstance(value, dict):
        return {k: hide_bytes(v) for k, v in value.items()}
    return value


def get_reject(reject):
    reject = dict(reject)
    if "original" in reject:
        reject["original"] = hide_bytes(msgpack.unpackb(reject["original"]))
    for name in ("key", "bk_hash", "version"):
        if name in reject:
            reject[name] = reject[name].hex()
    return reject


def put_message(line):
    out = {"kind": KINDS[line["kind"]]}
    for name, value in line.items():
        if name in ("body", "body2"):
            out[name] = msgpack.packb(value)
        elif name == "version":
            out[name] = bytes.fromhex(value)
        elif name == "counts":
            out[name] = put_counts(value)
        elif name != "kind":
            out[name] = value
    return out


def get_message(frame):
    line = dict(frame)
    line["kind"] = KIND_NAMES[frame["kind"]]
    for name in ("body", "body2"):
        if name in frame:
            line[name] = msgpack.unpackb(frame[name])
    if line["kind"] == "reject":
        line["body"] = [get_reject(r) for r in line["body"]]
    if "version" in frame:
        line["version"] = frame["version"].hex()
    if "counts" in frame:
        line["counts"] = get_counts(frame["counts"])
    return line


def pack(line):
    """One JSON line, as the bytes of a frame; {"raw": ...} as they are."""
    if "raw" in line:
        return bytes.fromhex(line["raw"])
    frame = put_batch(line) if "batch" in line else put_message(line)
    return msgpack.packb(frame)


def unpack(stream):
    """The frames of a stream, as what the JSON lines say."""
    unpacker = msgpack.Unpacker(max_buffer_size=1 << 28)
    unpacker.feed(stream)
    for frame in unpacker:
        yield get_batch(frame) if "batch" in frame else get_message(frame)
