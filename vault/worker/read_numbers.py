"""Numbers as lists and notes show them: 3, iii, C, в."""

from __future__ import annotations

ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
LATIN = "abcdefghijklmnopqrstuvwxyz"
RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"
LARGEST_ROMAN = 3_999
LARGEST_REPEATED = 20
SILENT = ("bullet", "none", "")

# What the formats are called in Word, in OpenDocument and in web pages.
KINDS = {
    "lowerRoman": "roman", "upperRoman": "ROMAN", "lowerLetter": "latin", "upperLetter": "LATIN",
    "russianLower": "russian", "russianUpper": "RUSSIAN", "decimalZero": "zero",
    "i": "roman", "I": "ROMAN", "a": "latin", "A": "LATIN",
    "lower-roman": "roman", "upper-roman": "ROMAN", "lower-alpha": "latin", "upper-alpha": "LATIN",
    "lower-latin": "latin", "upper-latin": "LATIN", "decimal-leading-zero": "zero",
    "А, Б, .., Аа, Аб, ... (ru)": "RUSSIAN", "а, б, .., аа, аб, ... (ru)": "russian",
}  # fmt: skip


def _roman(number: int) -> str:
    out = ""
    for value, letters in ROMAN:
        while number >= value:
            out, number = out + letters, number - value
    return out


def _letters(number: int, alphabet: str) -> str:
    """27 is aa, 28 is bb: so Word counts."""
    again, index = divmod(number - 1, len(alphabet))
    return alphabet[index] * (again + 1) if again < LARGEST_REPEATED else str(number)


def shown(number: int, kind: str) -> str:
    """`number` in a format of Word, OpenDocument or HTML; in plain digits where the format is not known."""
    known = KINDS.get(kind, "")
    if kind in SILENT:
        return ""
    if known == "zero":
        return f"{number:02}"
    if known.lower() == "roman" and 0 < number <= LARGEST_ROMAN:
        text = _roman(number)
    elif known.lower() in ("latin", "russian") and number > 0:
        text = _letters(number, LATIN if known.lower() == "latin" else RUSSIAN)
    else:
        return str(number)
    return text.upper() if known.isupper() else text
