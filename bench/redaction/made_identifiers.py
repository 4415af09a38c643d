"""Numbers made by the public rules of each kind, checksums written anew here, and numbers that identify nobody."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable

Made = Callable[[random.Random], tuple[str, str]]


def _digits(dice: random.Random, many: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(many))


def _upper(dice: random.Random, many: int, letters: str = "ABCDEFGHJKLMNPRSTUVXYZ") -> str:
    return "".join(dice.choice(letters) for _ in range(many))


def _born(dice: random.Random) -> tuple[int, int, int]:
    return dice.randint(1950, 2005), dice.randint(1, 12), dice.randint(1, 28)


def luhn(body: str) -> str:
    for last in "0123456789":
        doubled = [int(char) * (1 + (place % 2)) for place, char in enumerate(reversed(body + last))]
        if sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0:
            return body + last
    raise AssertionError


def spaced_card(dice: random.Random) -> str:
    whole = luhn("4" + _digits(dice, 14))
    return " ".join(whole[at : at + 4] for at in (0, 4, 8, 12))


def inn10(body: str) -> str:
    return body + str(sum(int(a) * b for a, b in zip(body, (2, 4, 10, 3, 5, 9, 4, 6, 8), strict=True)) % 11 % 10)


def inn12(body: str) -> str:
    for weights in ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)):
        body += str(sum(int(a) * b for a, b in zip(body, weights, strict=True)) % 11 % 10)
    return body


def snils(body: str) -> str:
    total = sum(int(char) * (9 - place) for place, char in enumerate(body)) % 101
    return f"{body[:3]}-{body[3:6]}-{body[6:]} {0 if total == 100 else total:02}"


def kazakh(dice: random.Random) -> str:
    while True:
        year, month, day = _born(dice)
        body = f"{year % 100:02}{month:02}{day:02}{5 if year > 1999 else 3}{_digits(dice, 4)}"
        last = sum(int(char) * (place + 1) for place, char in enumerate(body)) % 11
        if last == 10:
            turned = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
            last = sum(int(a) * b for a, b in zip(body, turned, strict=True)) % 11
        if last < 10:
            return f"{body}{last}"


def uzbek(dice: random.Random) -> str:
    year, month, day = _born(dice)
    body = f"{5 if year > 1999 else 3}{day:02}{month:02}{year % 100:02}{_digits(dice, 6)}"
    return body + str(sum(int(char) * (7, 3, 1)[place % 3] for place, char in enumerate(body)) % 10)


def ukrainian(body: str) -> str:
    weights = (-1, 5, 7, 9, 4, 6, 10, 5, 7)
    return body + str(sum(int(a) * b for a, b in zip(body, weights, strict=True)) % 11 % 10)


def turkish(dice: random.Random) -> str:
    body = dice.choice("123456789") + _digits(dice, 8)
    tenth = (sum(map(int, body[0::2])) * 7 - sum(map(int, body[1::2]))) % 10
    body += str(tenth)
    return body + str(sum(map(int, body)) % 10)


def iban(dice: random.Random, country: str, long: int) -> str:
    account = _digits(dice, long)
    number = int("".join(str(int(char, 36)) for char in f"{account}{country}00"))
    whole = f"{country}{98 - number % 97:02}{account}"
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4)) if dice.random() < 0.5 else whole


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def bitcoin(dice: random.Random) -> str:
    body = bytes([0, *(dice.randrange(256) for _ in range(20))])
    number = int.from_bytes(body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4], "big")
    out = ""
    while number:
        number, rest = divmod(number, 58)
        out = _BASE58[rest] + out
    return "1" + out


def _phone(dice: random.Random) -> tuple[str, str]:
    a, b, c, d = (_digits(dice, many) for many in (2, 3, 2, 2))
    written = dice.choice(
        ["+7 9{} {}-{}-{}", "8 (9{}) {} {} {}", "+79{}{}{}{}", "8-9{}-{}-{}-{}", "+7.9{}.{}.{}.{}", "8 9{}\n{}-{}-{}"]
    )
    return "", written.format(a, b, c, d)


def _abroad(dice: random.Random) -> tuple[str, str]:
    code, many = dice.choice(
        [("995", 9), ("374", 8), ("998", 9), ("90", 10), ("48", 9), ("49", 10), ("1", 10), ("380", 9), ("996", 9)]
    )
    body = dice.choice("123456789") + _digits(dice, many - 1)
    spaced = " ".join(body[at : at + 3] for at in range(0, many, 3)) if dice.random() < 0.6 else body
    return dice.choice(
        [("", f"+{code} {spaced}"), ("", f"+{code}{body}"), ("тел.: ", f"{code} {spaced}"), ("", f"00{code} {body}")]
    )


_MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
    "декабря")  # fmt: skip


def _dated(dice: random.Random) -> tuple[str, str]:
    year, month, day = _born(dice)
    return dice.choice(
        [
            ("родился ", f"{day:02}.{month:02}.{year}"), ("дата рождения: ", f"{day} {_MONTHS[month - 1]} {year}"),
            ("born on ", f"{day}/{month}/{year}"), ("DOB ", f"{year}-{month:02}-{day:02}"), ("г. р. ", f"{year}"),
        ]
    )  # fmt: skip


def _address(dice: random.Random) -> tuple[str, str]:
    house, flat = dice.randint(1, 200), dice.randint(1, 400)
    street = dice.choice(
        ["Мира", "Ленина", "Садовая", "Новосельская", "академика Вавилова", "8 Марта", "Красных Партизан"]
    )
    english = dice.choice(["Lesnaya", "Green Park", "Mill", "Old Mill", "Saint Mary"])
    ways = [
        f"ул. {street}, д. {house}, кв. {flat}",
        f"пр-т {street}, д.{house}, кв.{flat}",
        f"улица {street}, дом {house}",
    ]
    ways += [
        f"{house} {english} street, apt. {flat}",
        f"Flat {flat}, {house} {english} Road, London N1",
        f"P.O. Box {house}",
    ]
    return "адрес: ", dice.choice([way for way in ways if "академика" not in way])


IBANS = (("DE", 18), ("PL", 24), ("UA", 25), ("GE", 18), ("KZ", 16), ("NO", 11))
_SIGNS = (" [at] ", " собака ", "@", "(at)")
_HOSTS = ("mail.ru", "почта.рф", "mail точка ru", "gmail.com")


def _belarusian(dice: random.Random) -> tuple[str, str]:
    end = f"{_digits(dice, 3)}{dice.choice(['PB', 'BA', 'BI'])}{_digits(dice, 1)}"
    return "", f"{dice.randint(1, 6)}{_digits(dice, 6)}{_upper(dice, 1, 'ABCHKEM')}{end}"


def _plate(dice: random.Random, many: int) -> str:
    return _upper(dice, many, "АВЕКМНОРСТХ")


def _mail(dice: random.Random) -> tuple[str, str]:
    sign = dice.choice(_SIGNS)
    host = dice.choice(_HOSTS if sign != "@" else [host for host in _HOSTS if " " not in host])
    return "", f"{_upper(dice, 6).lower()}{dice.randint(1, 99)}{sign}{host}"


def _account(dice: random.Random) -> tuple[str, str]:
    before = dice.choice(["телеграм: ", "Instagram: ", "t.me/", "@", "https://vk.com/"])
    return before, f"{_upper(dice, 5).lower()}_{dice.randint(1, 99)}"


KINDS_MADE: dict[str, Made] = {
    "passport": lambda d: ("паспорт ", f"{_digits(d, 2)} {_digits(d, 2)} {_digits(d, 6)}"),
    "passport for travel": lambda d: ("загранпаспорт ", f"{_digits(d, 2)} {_digits(d, 7)}"),
    "ИНН of a person": lambda d: (d.choice(["ИНН ", ""]), inn12(_digits(d, 10))),
    "ИНН of a firm": lambda d: ("ИНН ", inn10(_digits(d, 9))),
    "СНИЛС": lambda d: (d.choice(["СНИЛС ", ""]), snils(_digits(d, 9))),
    "card": lambda d: ("", spaced_card(d)),
    "card in one": lambda d: ("карта ", luhn("2200" + _digits(d, 11))),
    "IMEI": lambda d: ("IMEI ", luhn("35" + _digits(d, 12))),
    "IBAN": lambda d: ("", iban(d, *d.choice(IBANS))),
    "bitcoin": lambda d: ("", bitcoin(d)),
    "ether": lambda d: ("", "0x" + "".join(d.choice("0123456789abcdef") for _ in range(40))),
    "ИИН": lambda d: (d.choice(["ИИН ", ""]), kazakh(d)),
    "ПИНФЛ": lambda d: (d.choice(["ПИНФЛ ", "JSHSHIR: ", ""]), uzbek(d)),
    "РНОКПП": lambda d: ("РНОКПП ", ukrainian(d.choice("23") + _digits(d, 8))),
    "УНЗР": lambda d: ("", "{:04}{:02}{:02}-".format(*_born(d)) + _digits(d, 5)),
    "kimlik": lambda d: ("T.C. kimlik ", turkish(d)),
    "Belarusian number": _belarusian,
    "Georgian number": lambda d: ("личный номер ", "0" + _digits(d, 10)),
    "Armenian passport": lambda d: ("паспорт ", f"A{_upper(d, 1)}{_digits(d, 7)}"),
    "Ukrainian passport": lambda d: ("паспорт ", f"{_upper(d, 2, 'АВЕКМНОРСТ')} {_digits(d, 6)}"),
    "Georgian passport": lambda d: ("passport No ", f"{_digits(d, 2)}{_upper(d, 2)}{_digits(d, 5)}"),
    "identity card": lambda d: ("ID-карта № ", _digits(d, 9)),
    "VIN": lambda d: ("VIN ", f"X{_upper(d, 2)}{_digits(d, 5)}{_upper(d, 1)}{_digits(d, 8)}"),
    "plate": lambda d: ("", f"{_plate(d, 1)}{_digits(d, 3)}{_plate(d, 2)}{d.choice(['77', '95', '777'])}"),
    "plate of Ukraine": lambda d: ("автомобиль ", f"{_plate(d, 2)} {_digits(d, 4)} {_plate(d, 2)}"),
    "UNHCR": lambda d: ("UNHCR ", f"{_digits(d, 3)}-{_digits(d, 2)}C{_digits(d, 5)}"),
    "BAMF": lambda d: ("Az. ", f"{_digits(d, 7)}-160"),
    "A-number": lambda d: ("", f"A{_digits(d, 9)}"),
    "receipt": lambda d: ("", f"IOE{_digits(d, 10)}"),
    "SSN": lambda d: ("", f"{d.randint(100, 665)}-{d.randint(10, 99)}-{d.randint(1000, 9999)}"),
    "unit": lambda d: ("в/ч ", _digits(d, 5)),
    "prison": lambda d: ("", f"{d.choice(['СИЗО', 'ИК'])}-{d.randint(1, 60)}"),
    "phone": _phone,
    "phone abroad": _abroad,
    "date of birth": _dated,
    "address": _address,
    "mail": _mail,
    "account": _account,
    "coordinates": lambda d: ("", f"{d.randint(41, 69)}.{_digits(d, 5)}, {d.randint(20, 99)}.{_digits(d, 5)}"),
}  # fmt: skip


def _wrong(dice: random.Random, right: str) -> str:
    """The number with another last digit."""
    return right[:-1] + dice.choice([char for char in "0123456789" if char != right[-1]])


WITH_A_WRONG_CHECK: dict[str, Callable[[random.Random], str]] = {
    "card": lambda d: "заказ " + _wrong(d, spaced_card(d)),
    "СНИЛС": lambda d: "номер " + _wrong(d, snils(_digits(d, 9))),
    "ИНН": lambda d: "ИНН " + _wrong(d, inn10(_digits(d, 9))),
    "IBAN": lambda d: "код " + _wrong(d, iban(d, "DE", 18)),
    "bitcoin": lambda d: "код " + _wrong(d, bitcoin(d)),
    "ИИН": lambda d: "всего " + _wrong(d, kazakh(d)),
    "ПИНФЛ": lambda d: "всего " + _wrong(d, uzbek(d)),
}


def innocent_numbers(dice: random.Random, each: int) -> list[str]:
    """Sentences with numbers that identify nobody: sums, articles, pages, years, ISBNs, times, versions."""

    def one() -> list[str]:
        n, m, y = dice.randint(2, 999), dice.randint(2, 40), dice.randint(1990, 2025)
        big, article = dice.randint(10_000, 99_999_999), dice.randint(100, 360)
        return [
            f"Выплачено {big} рублей, долг {big // 7} руб. и ещё {n} тыс.",
            f"The fine was ${big} and {n},000 euros.",
            f"по ст. {article} ч. {m % 5 + 1} УК РФ и статьям {article}.{m % 3 + 1}, 105",
            f"Федеральный закон № {n}-ФЗ, пункт {m}.{m}.{m}",
            f"см. стр. {n}-{n + m}, том {m}, листы {n + 3}-{n + 9}",
            f"pages {n}-{n + m}, para. {m}, section {article}(b)",
            f"ISBN 978-5-{dice.randint(10, 99)}-{dice.randint(100000, 999999)}-{m % 10}",
            f"{m % 28 + 1} мая {y} года начался суд",
            f"On {m % 28 + 1} May {y} the hearing began",
            f"с 10:{m + 10} до 14:{m + 10}, температура {m},{n}",
            f"версия {m}.{n}.{m}",
            f"набралось {n} человек из {big}, то есть {m},{n % 90} %",
            f"в {y}/{(y + 1) % 100} учебном году было {n} мест",
            f"расстояние {n} км, вес {big} кг, {m}-{m + 2} дней",
            f"соотношение {m}:{m + 1}, {m}/{n}, {m}х{n} см",
            f"{big} {n} {m}",
        ]

    return [text for _ in range(each) for text in one()]
