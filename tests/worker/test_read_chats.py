"""Exports of chats and social networks: who, when, what; and no ids, paths or keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import Refused
from vault.sandbox.documents import extract
from vault.worker import read_chat, read_chat_message, read_chat_whatsapp, read_page, read_plain, read_table
from vault.worker.refusal import Refusal

for reader in (read_chat, read_page, read_plain, read_table):
    reader.prepare()


def lines(answer: dict) -> list[str]:  # type: ignore[type-arg]
    return [block["text"] for page in answer["pages"] for block in page["blocks"]]


def of_json(value: object) -> list[str]:
    return lines(read_chat.read(json.dumps(value).encode()))


JSON, HTML, TEXT = "application/json", "text/html", "text/plain"
SYNTHETIC = {
    "facebook/your_facebook_activity/messages/inbox/anna_100/message_1.json": (JSON, [
        "Анна Образцова", "Participants: Иван Примеров, Анна Образцова",
        "Иван Примеров, 2022-03-10 14:03:20 UTC: [photo: p1.jpg]\nДа, на 15 марта",
        "Анна Образцова, 2022-03-10 14:20:00 UTC: [reactions: 😢 Иван Примеров]\nТебя вызвали повесткой? 😟",
    ]),
    "facebook/your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json": (JSON, [
        "Posts", "Иван Примеров обновил статус., 2022-03-01 16:00:00 UTC:\nНет войне",
    ]),
    "instagram/your_instagram_activity/media/posts_1.json": (JSON, [
        "Posts", "?, 2022-03-01 16:00:00 UTC: [file: 1.jpg]\nПикет у суда",
    ]),
    "telegram/result_invalid_escape.json": (JSON, [
        "Анна Образцова", "Анна Образцова, 2022-03-05 03:40:56:\nТебя задержали?",
        "Иван, 2022-03-05 03:41:10: [photo]\nСмотри https://example.com",
    ]),
    "tiktok/user_data_tiktok.json": (JSON, [
        "Profile And Settings", "userName: ivan_example", "birthDate: 01-Jan-1990", "Your Activity",
        "Watch History, 2022-03-05 12:00:00:\nhttps://www.example.com/v/1", "Searches, 2022-03-05 12:00:00:\nмитинг",
        "Comment", "Comments, 2022-03-05 12:00:00:\nДержитесь",
    ]),
    "vk/Archive/messages/202/messages0.html": (HTML, [
        "Анна Образцова", "Анна Образцова, 5 мар 2022 в 0:40:56:\nТебя задержали?",
        "Вы, 5 мар 2022 в 10:22:53:\nДа, отпустили",
    ]),
    "x/data/tweets.js": (TEXT, ["tweets", "post, Sat Mar 05 12:00:00 +0000 2022:\nСвободу политзаключённым"]),
    "x/data/direct-messages.js": (TEXT, ["direct messages", "person 1, 2022-03-05 12:00:00 UTC:\nПривет"]),
    "youtube/Takeout/YouTube and YouTube Music/history/watch-history.json": (JSON, [
        "YouTube",
        "YouTube, 2022-03-05 12:00:00 UTC:\nWatched Пример\nhttps://www.youtube.com/watch?v=xxxxxxxxxxx\nКанал",
    ]),
}  # fmt: skip


@pytest.mark.needs_shared
@pytest.mark.parametrize("name", SYNTHETIC)
def test_every_service_in_the_jail(shared: Path, name: str) -> None:
    media_type, expected = SYNTHETIC[name]
    document = extract((shared / "data/social/synthetic" / name).read_bytes(), media_type)
    assert [block.text for page in document.pages for block in page.blocks] == expected


@pytest.mark.needs_shared
def test_real_telegram_pages(shared: Path) -> None:
    folder = shared / "data/social/telegram/tests/fixtures"
    shown = lines(read_page.read((folder / "basic_export/chat_001/messages.html").read_bytes()))
    assert shown == [
        "Family Chat", "Telegram:\n12 February 2025", "Alice, 12.02.2025 08:37:48 UTC:\nHello family link",
        "Alice, 12.02.2025 08:38:01 UTC: [In reply to this message]\nSecond line",
        "Bob via @helper_bot, 12.02.2025 09:00:00 UTC: [forwarded from Carol 11.02.2025 22:00:00] [reactions: 👍2] "
        "[photo, photo_1.jpg]\nsecret",
        "Telegram:\nAlice invited Bob", "Alice, 12.02.2025 10:00:00 UTC: [file, report.pdf, 12 KB]",
    ]  # fmt: skip
    poll = lines(read_page.read((folder / "basic_export/chat_001/messages2.html").read_bytes()))
    assert "Lunch?" in poll[2]
    assert "Sushi" in poll[2]
    assert poll[-1] == "Telegram:\nUnknown service payload from future Telegram"
    media = "\n".join(lines(read_page.read((folder / "tdesktop_media/chat_001/messages.html").read_bytes())))
    assert all(name in media for name in ("audio_1.ogg", "song.mp3", "clip.mp4", "March 2025 Trip"))
    account = "\n".join(lines(read_chat.read((folder / "json_export/result.json").read_bytes())))
    assert "[edited 2025-02-12 08:40:00]" in account
    assert "[reactions: thumbs_up 2]" in account
    assert "link (https://example.com)" in account
    assert "user12345" not in account


@pytest.mark.needs_shared
def test_the_names_of_the_made_exports_are_all_readable(shared: Path) -> None:
    folder = shared / "data/documents"
    facebook = of_json(json.loads((folder / "lab__facebook_message_1.json").read_bytes()))
    assert facebook[-1] == "Тимур Ковальчук, 2026-02-01 07:00:00 UTC: [photo: 1.jpg]\nМеня зовут Ковальчук"
    telegram = "\n".join(of_json(json.loads((folder / "lab__telegram_result.json").read_bytes())))
    for shown in ("[file: Ковальчук_справка.pdf]", "[contact: Тимур Ковальчук +7 912 555-01-42]", "@kovalchuk"):
        assert shown in telegram
    assert "user555014" not in telegram


def test_telegram_replies_polls_and_an_account() -> None:
    def message(number: int, **more: object) -> dict[str, object]:
        return {"id": number, "type": "message", "date": "2022-03-05T10:00:00", "from": "Анна", "text": "", **more}

    chat = {"name": "A", "type": "private_group", "id": 7, "messages": [
        message(1, text="раз"), message(2, reply_to_message_id=1), message(3, reply_to_message_id=99),
        message(4, reactions=[{"type": "emoji", "count": 1, "emoji": "👍",
                               "recent": [{"from": "Иван", "from_id": "u"}]}]),
        message(5, poll={"question": [{"type": "plain", "text": "Идём?"}], "answers": [{"text": "да"}]}),
        message(6, file="(File exceeds maximum size.)", media_type="video_file"), message(7, place_name="ОВД"),
    ]}  # fmt: skip
    owner = {"user_id": 5, "first_name": "Ольга", "phone_number": "+7 900 000-00-00"}
    people = {"list": [{"first_name": "Иван", "last_name": "Примеров", "phone_number": "+7 900 000-00-01"}]}
    shown = of_json({"personal_information": owner, "contacts": people, "chats": {"list": [chat]}})
    assert shown[:5] == [
        "Personal information", "first name: Ольга", "phone number: +7 900 000-00-00", "Contacts",
        "Иван Примеров +7 900 000-00-01",
    ]  # fmt: skip
    start = "Анна, 2022-03-05 10:00:00:"
    assert shown[6:] == [
        f"{start}\nраз", f"{start} [in reply to Анна]", f"{start} [in reply]", f"{start} [reactions: 👍 1 (Иван)]",
        f"{start} [poll: Идём? да]", f"{start} [video file]", f"{start} [ОВД]",
    ]  # fmt: skip


WHATSAPP = {
    "iOS, Russian": (
        "\u200e[05.03.22, 10:15:01] Анна: \u200eСообщения защищены.\r\n"
        "[05.03.22, 10:16:22] Анна: Привет\r\nвторая: строка\r\n"
        "\u200e[05.03.22, 10:17:00] Иван: \u200e<прикреплено: 00000012-PHOTO.jpg>",
        ["Анна, 05.03.22 10:15:01:\nСообщения защищены.", "Анна, 05.03.22 10:16:22:\nПривет\nвторая: строка",
         "Иван, 05.03.22 10:17:00: [file: 00000012-PHOTO.jpg]"],
    ),
    "Android, English": (
        "05/03/2022, 10:15 - Ivan added Anna\n05/03/2022, 10:16 - Ivan: IMG-1.jpg (file attached)\nlook\n"
        "05/03/2022, 10:17 - +7 900 000-00-00: <Media omitted>",
        ["WhatsApp, 05/03/2022 10:15:\nIvan added Anna", "Ivan, 05/03/2022 10:16: [file: IMG-1.jpg]\nlook",
         "+7 900 000-00-00, 05/03/2022 10:17: [file]"],
    ),
    "American, narrow space": (
        "3/5/22, 9:15\u202fPM - Anna: hi\n3/5/22, 9:16\u202fPM - Ivan: http://a.example/b: c",
        ["Anna, 3/5/22 9:15 PM:\nhi", "Ivan, 3/5/22 9:16 PM:\nhttp://a.example/b: c"],
    ),
    "American iOS": ("[3/5/22, 9:15:01 PM] Anna: hi\n[3/5/22, 9:15:02 PM] Ivan: ho",
                     ["Anna, 3/5/22 9:15:01 PM:\nhi", "Ivan, 3/5/22 9:15:02 PM:\nho"]),
    "German": ("05.03.22, 10:15 - Anna: hallo\n05.03.22, 10:16 - Ivan: <Medien ausgeschlossen>",
               ["Anna, 05.03.22 10:15:\nhallo", "Ivan, 05.03.22 10:16: [file]"]),
    "German, with um": ("05.03.22 um 10:15 - Anna: hallo\n05.03.22 um 10:16 - Ivan: ja",
                        ["Anna, 05.03.22 10:15:\nhallo", "Ivan, 05.03.22 10:16:\nja"]),
    "ISO dates": ("2022-03-05, 10:15 - Anna: hi\n2022-03-05, 10:16 - Ivan: ho",
                  ["Anna, 2022-03-05 10:15:\nhi", "Ivan, 2022-03-05 10:16:\nho"]),
    "Russian Android": ("05.03.2022, 10:15 - Анна: Протокол.pdf (файл добавлен)\n"
                        "05.03.2022, 10:16 - Иван: <Без медиафайлов>",
                        ["Анна, 05.03.2022 10:15: [file: Протокол.pdf]", "Иван, 05.03.2022 10:16: [file]"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WHATSAPP)
def test_whatsapp_in_its_date_forms(name: str) -> None:
    text, expected = WHATSAPP[name]
    assert lines(read_plain.read(text.encode())) == ["WhatsApp", *expected]


def test_no_word_of_a_whatsapp_chat_is_lost() -> None:
    text, _ = WHATSAPP["iOS, Russian"]
    shown = "\n".join(lines(read_plain.read(text.encode())))
    assert all(word in shown for word in ("Сообщения", "вторая", "00000012-PHOTO.jpg", "Иван"))
    document = extract(text.encode("utf-16"), TEXT)
    assert document.pages[0].blocks[2].text.endswith("Привет\nвторая: строка")


@pytest.mark.parametrize(
    "text", ["10:15 wir gingen\n10:16 sie kamen", "05.03.2022, протокол\nдопроса", "[1] Anna: a\n[2] b"]
)
def test_other_texts_stay_texts(text: str) -> None:
    assert not read_chat_whatsapp.is_one(text)
    assert lines(read_plain.read(text.encode())) == [text]


def test_vk_attachments_and_own_messages() -> None:
    page = (
        '<html><meta charset="windows-1251"><div class="ui_crumb">Профиль</div><div class="ui_crumb">Анна</div>'
        '<div class="item"><div class="message" data-id="7"><div class="message__header"><a href="https://vk.com/id202">'
        'Анна О., мл.</a>, 5 мар 2022 в 0:40:56<span class="message-edited">(ред.)</span></div><div>Смотри<br>сюда'
        '<div class="kludges"><div class="attachment"><div class="attachment__description">Фотография</div>'
        '<a class="attachment__link" href="https://a.example/x">https://sun.example/impg/p.jpg?size=1</a></div></div>'
        "</div></div></div></html>"
    ).encode("cp1251")  # fmt: skip
    answer = read_page.read(page)
    assert lines(answer) == [
        "Анна", "Анна О., мл., 5 мар 2022 в 0:40:56(ред.): [Фотография, p.jpg]\nСмотри\nсюда",
    ]  # fmt: skip
    assert "id202" not in str(answer)


def test_the_newer_form_of_messenger_and_other_shares() -> None:
    thread = {"participants": ["Анна", "Иван"], "threadName": "Двое", "messages": [
        {"senderName": "Анна", "text": "раз", "timestamp": 1646922000123, "media": [{"uri": "./media/a.jpg"}],
         "isUnsent": False, "reactions": [{"actor": "Иван", "reaction": "👍"}], "type": "text"},
        {"senderName": "Иван", "text": "", "timestamp": 1646922001000, "isUnsent": True},
    ]}  # fmt: skip
    assert of_json(thread)[2:] == [
        "Анна, 2022-03-10 14:20:00 UTC: [reactions: 👍 Иван] [media: a.jpg]\nраз",
        "Иван, 2022-03-10 14:20:01 UTC: [unsent]",
    ]
    call = {"participants": [{"name": "A"}], "messages": [
        {"sender_name": "A", "timestamp_ms": 1646922000123, "call_duration": 7,
         "share": {"link": "https://a.example", "share_text": "t"}},
    ]}  # fmt: skip
    assert of_json(call)[-1] == "A, 2022-03-10 14:20:00 UTC: [call, 7 s] [share: https://a.example, t]"


def test_x_conversations_name_people_by_number() -> None:
    script = "window.YTD.direct_messages.part0 = " + json.dumps([{"dmConversation": {"messages": [
        {"messageCreate": {"senderId": "2", "text": "t.co", "createdAt": "2022-03-05T12:00:01.000Z", "id": "777",
                           "urls": [{"url": "t.co", "expanded": "https://a.example"}],
                           "reactions": [{"senderId": "1", "reactionKey": "like"}], "mediaUrls": ["https://x.example/7/p.jpg"]}},
        {"participantsJoin": {"initiatingUserId": "1", "userIds": ["2"], "createdAt": "2022-03-05T12:00:00.000Z"}},
    ]}}])  # fmt: skip
    assert lines(read_plain.read(script.encode())) == [
        "direct messages", "person 1, 2022-03-05 12:00:00 UTC: [participants join]",
        "person 2, 2022-03-05 12:00:01 UTC: [reactions: like person 1] [file: p.jpg]\nt.co\nhttps://a.example",
    ]  # fmt: skip


def test_youtube_tables_leave_ids_out() -> None:
    comments = (
        "Comment ID,Channel ID,Comment Create Timestamp,Price,Video ID,Comment Text\r\n"
        'Ugx,UCx,2022-03-05T12:00:00.5+00:00,0,v1,"{""text"":""Держитесь, ""},{""text"":""\\u0418ван""}"\r\n'
    ).encode()
    assert lines(read_table.read(comments)) == ["YouTube", "YouTube, 2022-03-05 12:00:00 +00:00:\n0\nДержитесь, Иван"]
    other = b"Name,Id\r\nAnna,7\r\nIvan,8\r\n"
    assert lines(read_table.read(other)) == ["Name\tId", "Anna\t7", "Ivan\t8"]


@pytest.mark.needs_shared
def test_the_real_subscriptions(shared: Path) -> None:
    folder = shared / "data/social/synthetic/youtube/Takeout/YouTube and YouTube Music"
    document = extract((folder / "subscriptions/subscriptions.csv").read_bytes(), "text/csv")
    assert [block.text for block in document.pages[0].blocks] == ["YouTube", "YouTube:\nКанал"]


def test_tiktok_chats() -> None:
    export = {"Direct Messages": {"Chat History": {"ChatHistory": {"Chat History with anna:": [
        {"Date": "2022-03-05 12:00:00", "From": "ivan", "Content": "привет"},
    ]}}}, "Activity": {}}  # fmt: skip
    assert of_json(export) == ["Direct Messages", "Chat History with anna", "ivan, 2022-03-05 12:00:00:\nпривет"]


def test_other_json_is_shown_name_by_name() -> None:
    answer = read_chat.read(json.dumps({
        "case": {"witness": "Анна Ð", "notes": ["a", "b"], "user_id": 7, "open": True},
        "people": [{"name": "Иван", "age": 40}, {"name": "\u00d0\u009e\u00d0\u00bb\u00d1\u008f"}],
    }).encode())  # fmt: skip
    assert lines(answer) == [
        "case", "witness: Анна Ð\nnotes: a\nnotes: b", "people", "name: Иван\nage: 40", "name: Оля",
    ]  # fmt: skip
    assert answer["notes"] == [["details-left-out", 1], ["unknown-export", 1]]


@pytest.mark.parametrize(
    ("text", "mended"),
    [("\u00d0\u0098\u00d0\u00b2\u00d0\u00b0\u00d0\u00bd", "Иван"), ("Иван", "Иван"), ("café", "café"),
     ("\u00d0\u0098\u00d0\u00b2\u00d0", "Ив"), ("Ð is a letter", "Ð is a letter"),
     ("\u00f0\u009f\u0098\u009f", "😟")],
)  # fmt: skip
def test_text_that_was_written_as_latin(text: str, mended: str) -> None:
    assert read_chat_message.mended(text) == mended


def test_bounds() -> None:
    deep: object = "x"
    for _ in range(200):
        deep = {"a": deep}
    with pytest.raises(Refused, match="only attacks use"):
        extract(json.dumps(deep).encode(), JSON)
    with pytest.raises(Refusal, match="unsupported-json"):
        read_chat.read(json.dumps([1] * 100_001).encode())
    message = {"id": 1, "type": "message", "text": "x" * 100_000}
    chat = {"type": "personal_chat", "messages": [message] * 51}
    with pytest.raises(Refusal, match="too-much-text"):
        read_chat.read(json.dumps(chat).encode())


KEYS = st.sampled_from([
    "messages", "type", "id", "text", "from", "participants", "sender_name", "timestamp_ms", "content", "photos",
    "uri",
    "reactions", "header", "title", "time", "subtitles", "Comment", "Activity", "Date", "data", "media", "timestamp",
    "chats", "list", "contacts", "poll", "answers", "name", "share", "reply_to_message_id", "inline_bot_buttons",
    "tweet", "dmConversation", "messageCreate", "entities", "urls", "mediaUrls", "like", "created_at", "attachments",
])  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["personal_chat", "message", "service", "1646922000123"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)  # fmt: skip
NORMAL = ("unsupported-json", "damaged", "empty", "dangerous")


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_any_json_reads_or_is_refused(value: object) -> None:
    fields = value if isinstance(value, dict) else {}
    for one in (
        value,
        {"type": "personal_chat", "messages": [{**fields, "type": "message", "id": 1}]},
        {"participants": [value], "messages": [fields]},
        [{"header": "a", "title": "b", "time": "c", **fields}],
        [{"timestamp": value, "data": value, **fields}],
    ):
        try:
            read_chat.read(json.dumps(one).encode())
            read_chat.read_script("window.YTD.tweets.part0 = " + json.dumps([one]))
        except Refusal as refusal:
            assert refusal.reason in NORMAL  # noqa: PT017


TAGS = st.sampled_from([
    '<div class="message default">', '<div class="history">', '<div class="body">', '<div class="from_name">A',
    "</div>",
    '<div class="message__header">', '<div class="kludges">', '<a href="x">', "</a>", '<div class="media_wrap">',
    "text",
    '<div class="forwarded body">', '<div class="date" title="t">', "<br>", '<span class="reactions">',
    "<!-- message -->",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(TAGS, max_size=20), st.text(max_size=60))
def test_any_page_or_text_reads_or_is_refused(tags: list[str], text: str) -> None:
    for read, data in (
        (read_page.read, ("<html>" + "".join(tags)).encode()),
        (read_plain.read, ("05.03.22, 10:15 - " + text + "\n[05.03.22, 10:15] " + text).encode()),
    ):
        try:
            read(data)
        except Refusal as refusal:
            assert refusal.reason in (*NORMAL, "unknown-encoding", "unsupported-type")  # noqa: PT017
