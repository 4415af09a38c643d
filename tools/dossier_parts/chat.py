"""A group chat as the desktop program of a messenger exports it: one `result.json`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from dossier_parts.cast import SMALL_PRINT
from dossier_parts.marks import Truth

_START = datetime(2023, 6, 2, 17, 58, 12, tzinfo=UTC)
_GAP = timedelta(minutes=3, seconds=41)

_AUTHORS = {
    "P1": ("[[P1|Даша Тернёва]]", "user70000011"),
    "P3": ("[[P3~|Миша]] [[P3|Заречнов]]", "user70000033"),
    "P4": ("[[P4|Lida Vetlugorskaya]]", "user70000044"),
}

Part = str | tuple[str, str]
"""Plain text, or the type of an entity and its text."""

_TALK: tuple[tuple[str, tuple[Part, ...]], ...] = (
    ("P1", ("Принесли повестку. Отдали маме под роспись, меня дома не было. [[+|Вызывают в среду к десяти.]]",)),
    ("P3", ("Никуда не ходи одна. Я звонил адвокату. [[P2|Елене Викторовне]] скажи, пусть не открывает.",)),
    ("P4", ("Ко мне приходили. Спрашивали про ", ("bold", "[[P5~|Гронб]]"), ("italic", "[[P5~|ерга]]"), " и видео.")),
    ("P1", ("[[P4~|Лид]], ты им что-нибудь отдала?",)),
    (
        "P4",
        (
            "Нет. Видео у ",
            ("mention_name", "[[P5|Германа Львовича]]"),
            ", его номер ",
            ("phone", "[[P5|+79000000155]]"),
            ". Мой новый ",
            ("phone", "[[P4|+7-900-000-01-44]]"),
        ),
    ),
    ("P3", ("[[P4~|Лиде]] и [[P5~|Гере]] надо уезжать. Пишите на ", ("email", "[[P3|m.zarechnov@example.org]]"))),
    ("P1", ("[[+|Я боюсь за маму.]] Она одна на [[?address|Паровозной, 14, кв. 3]].",)),
    ("P4", ("За [[P2|Еленой Викторовной]] присмотрит соседка. [[P3~|Миш]], вывези [[P1|Дашу]] сегодня.",)),
    ("P3", ("Билеты взял: [[?shared surname|Тернёва]] и [[P3|Zarechnov]], паспорт [[P3|0002 000338]].",)),
    ("P1", ("Люблю вас. [[+|Удалю переписку завтра.]]", ("hashtag", "#чистыйлист"))),
)


def _texts(truth: Truth, parts: tuple[Part, ...]) -> list[dict[str, str]]:
    """The entities of one message, each with its type."""
    entities = []
    for part in parts:
        kind, marked = ("plain", part) if isinstance(part, str) else part
        entities.append({"type": kind, "text": truth.read(marked)})
    return entities


def _text(entities: list[dict[str, str]]) -> str | list[str | dict[str, str]]:
    """The `text` field: a string where all is plain, else a list of strings and entities."""
    if all(entity["type"] == "plain" for entity in entities):
        return "".join(entity["text"] for entity in entities)
    return [entity["text"] if entity["type"] == "plain" else entity for entity in entities]


def _stamp(number: int) -> dict[str, str]:
    moment = _START + _GAP * number
    local = (moment + timedelta(hours=5)).replace(tzinfo=None)
    return {"date": local.isoformat(), "date_unixtime": str(int(moment.timestamp()))}


def _message(truth: Truth, number: int, person: str, parts: tuple[Part, ...]) -> dict[str, object]:
    name, account = _AUTHORS[person]
    entities = _texts(truth, parts)
    return {
        "id": 4100 + number,
        "type": "message",
        **_stamp(number),
        "from": truth.read(name),
        "from_id": account,
        "text": _text(entities),
        "text_entities": entities,
    }


def _service(truth: Truth) -> dict[str, object]:
    return {
        "id": 4100,
        "type": "service",
        **_stamp(0),
        "actor": truth.read("[[P3~|Миша]] [[P3|Заречнов]]"),
        "actor_id": "user70000033",
        "action": "invite_members",
        "members": [truth.read("[[P1|Даша Тернёва]]"), truth.read("[[P4|Lida Vetlugorskaya]]")],
        "text": "",
        "text_entities": [],
    }


def _attachments(truth: Truth, number: int) -> list[dict[str, object]]:
    """A picture whose path gives a name away, and a shared contact."""
    stated: dict[str, object] = {"type": "message", "from": truth.read("[[P4|Lida Vetlugorskaya]]")}
    stated["from_id"] = "user70000044"
    picture = {
        "id": 4100 + number,
        **stated,
        **_stamp(number),
        "photo": truth.hide("path of a picture", "photos/vetlugorskaya_ploshad_12-03-2023.jpg"),
        "width": 1200,
        "height": 1600,
        "text": "",
        "text_entities": [],
    }
    contact = {
        "id": 4101 + number,
        **stated,
        **_stamp(number + 1),
        "contact_information": {
            "first_name": truth.read("[[P5|Герман]]"),
            "last_name": truth.read("[[P5|Гронберг]]"),
            "phone_number": truth.read("[[P5|+7 900 000 01 55]]"),
        },
        "text": "",
        "text_entities": [],
    }
    return [picture, contact]


def exported_chat(truth: Truth) -> bytes:
    """The export, in the field order and with the one-space indent of the real program."""
    messages: list[dict[str, object]] = [_service(truth)]
    messages += [_message(truth, n, who, parts) for n, (who, parts) in enumerate(_TALK, 1)]
    messages += _attachments(truth, len(messages))
    notice = {
        "id": 4100 + len(messages),
        "type": "message",
        **_stamp(len(messages)),
        "from": truth.read("[[P1|Даша Тернёва]]"),
        "from_id": "user70000011",
        "text": SMALL_PRINT,
        "text_entities": [{"type": "plain", "text": SMALL_PRINT}],
    }
    chat = {
        "name": truth.read("Наши ([[P1|Даша]], [[P3~|Миша]], [[P4~|Лида]])"),
        "type": "private_group",
        "id": 314159000,
        "messages": [*messages, notice],
    }
    return (json.dumps(chat, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
