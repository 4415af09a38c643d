"""Plain text in whatever encoding it came: byte order marks, UTF-8, UTF-16, and the Russian eight-bit ones."""

from __future__ import annotations

import codecs
import re
from typing import Any

from vault.worker import read_blocks
from vault.worker.refusal import Refusal

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CYRILLIC = ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "iso8859-5")
LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "cp1253")
SAMPLE = 1 << 16
ENOUGH_CYRILLIC = 0.6
BINARY_SHARE = 0.02
ZERO_SHARE_OF_UTF16 = 0.3

# Share of each letter in running Russian; National Corpus of the Russian Language, rounded.
_FREQUENT = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_LETTER_WEIGHT = {letter: 1.0 - index / len(_FREQUENT) for index, letter in enumerate(_FREQUENT)}
_UNLIKELY = re.compile("[а-яёіїєґ][А-ЯЁІЇЄҐ]|[A-Za-z][а-яёіїєґА-ЯЁІЇЄҐ]|[а-яёіїєґА-ЯЁІЇЄҐ][A-Za-z]")
_CYRILLIC_LETTER = re.compile("[а-яёіїєґўА-ЯЁІЇЄҐЎ]")
_ODD = re.compile("[\u0080-\u009f\u2500-\u259f\u0402\u0403\u0409-\u040f\u0452\u0453\u0459-\u045f\ufffd]")


def prepare() -> None:
    """Load every codec, because a codec is a file."""
    import charset_normalizer  # noqa: F401  (loaded now, because nothing can be once the jail is shut)

    for name in (*CYRILLIC, *LATIN, "utf-8-sig", "utf-16", "utf-32", *(name for _, name in MARKS)):
        codecs.lookup(name)


def decode(data: bytes) -> tuple[str, bool, int]:
    """(text, whether the encoding was guessed, how many characters were lost). Raises Refusal."""
    for mark, name in MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(name, "replace")
            return text, False, text.count("\ufffd")
    unmarked = _utf16_without_mark(data)
    if unmarked is not None:
        return unmarked, True, unmarked.count("\ufffd")
    try:
        return data.decode("utf-8"), False, 0
    except UnicodeDecodeError as error:
        cut_off = error.start >= len(data) - 3 and error.reason == "unexpected end of data"
        if cut_off and error.start > 0:
            return data[: error.start].decode("utf-8"), False, 1
    mostly = data.decode("utf-8", "replace")
    lost = mostly.count("\ufffd")
    if _CYRILLIC_LETTER.search(mostly) and lost * 20 < sum(1 for byte in data if byte >= 0xC0):
        return mostly, True, lost  # UTF-8 with a few broken places
    return _eight_bit(data), True, 0


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 shows by its zero (Latin) or 0x04 (Cyrillic) bytes, all on one side."""
    sample = data[: SAMPLE & ~1]
    if len(sample) < 4:
        return None
    for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if sum(high.count(byte) for byte in (0x00, 0x04, 0x20)) < 0.9 * len(high):
            continue
        if high.count(0) + high.count(4) < ZERO_SHARE_OF_UTF16 * len(high) or high.count(0x20) > len(high) // 2:
            continue
        return data.decode(name, "replace")
    return None


def _eight_bit(data: bytes) -> str:
    if _looks_binary(data):
        raise Refusal("unsupported-type")
    sample = data[:SAMPLE]
    scored = sorted(((cyrillic_score(sample, name), name) for name in CYRILLIC), reverse=True)
    best, name = scored[0]
    if best >= ENOUGH_CYRILLIC:
        return data.decode(name, "replace")
    import charset_normalizer

    guess = charset_normalizer.from_bytes(sample, cp_isolation=list(LATIN)).best()
    if guess is None:
        raise Refusal("unknown-encoding")
    return data.decode(guess.encoding, "replace")


def cyrillic_score(sample: bytes, encoding: str) -> float:
    """About 1 for Russian in the right encoding, far less in another, near 0 without Cyrillic."""
    text = sample.decode(encoding, "replace")
    high = sum(1 for byte in sample if byte >= 0x80)
    if not high:
        return 0.0
    letters = _CYRILLIC_LETTER.findall(text)
    weight = sum(_LETTER_WEIGHT.get(letter.lower(), 0.3) for letter in letters)
    lower = sum(1 for letter in letters if letter.islower())
    penalty = 2 * len(_UNLIKELY.findall(text)) + 2 * len(_ODD.findall(text)) + 0.3 * (len(letters) - lower)
    return (1.25 * weight - penalty) / high


def _looks_binary(data: bytes) -> bool:
    sample = data[:SAMPLE]
    strange = sum(1 for byte in sample if byte < 0x20 and byte not in b"\t\n\r\f\x1a\x1b\x00")
    return strange > BINARY_SHARE * len(sample) or sample.count(0) > 0.1 * len(sample)


def paragraphs(text: str) -> list[str]:
    """Blank lines part paragraphs; a line stays a line, since in a text file a break is all the layout there is."""
    return [line.strip("\n") for line in re.split(r"\n(?:[ \t]*\n)+", text) if line.strip()]


def read(data: bytes) -> dict[str, Any]:
    """One page of paragraphs."""
    if not data:
        raise Refusal("empty")
    text, guessed, lost = decode(data)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    collector = read_blocks.Collector()
    blocks = [read_blocks.block("paragraph", part) for part in paragraphs(read_blocks.clean(lines))]
    collector.note("guessed-encoding", int(guessed))
    collector.note("lost-characters", lost)
    collector.add(read_blocks.page(1, "text", (0, 0), blocks))
    return collector.answer("text")
