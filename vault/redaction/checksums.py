"""Whether a number's check digits agree, by the name of the rule. Every rule takes the number as it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from hashlib import sha256

_NOT_DIGITS = re.compile(r"\D+")
_MONTHS = 12
_DAYS = 31


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(weight * int(char) for weight, char in zip(weights, digits, strict=False))


def _luhn(digits: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(digits)) > 1


_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11 = (7, *_INN_10)
_INN_12 = (3, *_INN_11)


def _inn(digits: str) -> bool:
    if len(digits) == 10:
        return _weighed(digits[:9], _INN_10) % 11 % 10 == int(digits[9])
    if len(digits) != 12:
        return False
    return all(
        _weighed(digits[:upto], weights) % 11 % 10 == int(digits[upto])
        for weights, upto in ((_INN_11, 10), (_INN_12, 11))
    )


def _snils(digits: str) -> bool:
    return _weighed(digits[:9], range(9, 0, -1)) % 101 % 100 == int(digits[9:])


def _ogrn(digits: str) -> bool:
    divisor = 11 if len(digits) == 13 else 13
    return int(digits[:-1]) % divisor % 10 == int(digits[-1])


def _ssn(digits: str) -> bool:
    return digits[:3] not in ("000", "666") and digits[0] != "9" and digits[3:5] != "00" and digits[5:] != "0000"


def _iban(text: str) -> bool:
    turned = text[4:] + text[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def _ip(text: str) -> bool:
    return all(part.isdigit() and int(part) < 256 for part in text.split("."))


def _day_and_month(day: str, month: str) -> bool:
    return 1 <= int(day) <= _DAYS and 1 <= int(month) <= _MONTHS


def _kazakh(digits: str) -> bool:
    """ИИН of Kazakhstan: year, month, day, century and sex, number, check digit."""
    if not _day_and_month(digits[4:6], digits[2:4]) or not "1" <= digits[6] <= "6":
        return False
    rest = _weighed(digits[:11], range(1, 12)) % 11
    if rest == 10:
        rest = _weighed(digits[:11], (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return rest == int(digits[11])


_SEVEN_THREE_ONE = (7, 3, 1) * 5


def _uzbek(digits: str) -> bool:
    """ПИНФЛ of Uzbekistan: century and sex, day, month, year, number, check digit."""
    dated = "1" <= digits[0] <= "6" and _day_and_month(digits[1:3], digits[3:5])
    return dated and _weighed(digits[:13], _SEVEN_THREE_ONE) % 10 == int(digits[13])


def _ukrainian(digits: str) -> bool:
    """РНОКПП: nine digits and a check digit."""
    return _weighed(digits[:9], (-1, 5, 7, 9, 4, 6, 10, 5, 7)) % 11 % 10 == int(digits[9])


def _register(text: str) -> bool:
    """УНЗР of Ukraine: it starts with a birth date, the year first."""
    return _day_and_month(text[6:8], text[4:6]) and text[:2] in ("19", "20")


def _turkish(digits: str) -> bool:
    odd, even = sum(map(int, digits[0:9:2])), sum(map(int, digits[1:8:2]))
    tenth = (odd * 7 - even) % 10
    return digits[0] != "0" and tenth == int(digits[9]) and sum(map(int, digits[:10])) % 10 == int(digits[10])


def _pesel(digits: str) -> bool:
    return -_weighed(digits[:10], (1, 3, 7, 9) * 3) % 10 == int(digits[10])


def _moldovan(digits: str) -> bool:
    return _weighed(digits[:12], _SEVEN_THREE_ONE) % 10 == int(digits[12])


def _baltic(digits: str) -> bool:
    """Personal code of Estonia and Lithuania."""
    rest = _weighed(digits[:10], (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if rest == 10:
        rest = _weighed(digits[:10], (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return rest == int(digits[10])


_BASE58 = {char: at for at, char in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_BASE58_BYTES = 25


def _base58(text: str) -> bool:
    """A wallet's address of version byte, twenty bytes and four of checksum."""
    number = 0
    for char in text:
        if char not in _BASE58:
            return False
        number = number * 58 + _BASE58[char]
    if number.bit_length() > 8 * _BASE58_BYTES:
        return False
    whole = number.to_bytes(_BASE58_BYTES, "big")
    return sha256(sha256(whole[:-4]).digest()).digest()[:4] == whole[-4:]


def _vin(text: str) -> bool:
    """A vehicle's number is a mixture: at least two letters, and three of its last four places are digits."""
    return sum(char.isalpha() for char in text) > 1 and sum(char.isdigit() for char in text[-4:]) > 2


def _mixed(text: str) -> bool:
    """Letters and digits both: an account, and not a word."""
    return any(char.isdigit() or char in "._-" for char in text.strip("."))


def _of_digits(rule: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda text: rule(_NOT_DIGITS.sub("", text))


CHECKS: dict[str, Callable[[str], bool]] = {
    "luhn": _of_digits(_luhn),
    "inn": _of_digits(_inn),
    "snils": _of_digits(_snils),
    "ogrn": _of_digits(_ogrn),
    "ssn": _of_digits(_ssn),
    "kazakh": _of_digits(_kazakh),
    "uzbek": _of_digits(_uzbek),
    "ukrainian": _of_digits(_ukrainian),
    "register": _of_digits(_register),
    "turkish": _of_digits(_turkish),
    "pesel": _of_digits(_pesel),
    "moldovan": _of_digits(_moldovan),
    "baltic": _of_digits(_baltic),
    "iban": lambda text: _iban(re.sub(r"\W+", "", text).upper()),
    "ip": _ip,
    "base58": _base58,
    "vin": _vin,
    "mixed": _mixed,
}
