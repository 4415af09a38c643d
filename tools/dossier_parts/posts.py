"""Two public posts: a page saved from a social network, and a blog entry kept as plain text in cp1251."""

from __future__ import annotations

import base64
import io
import json

from PIL import Image, ImageDraw

from dossier_parts.cast import SMALL_PRINT
from dossier_parts.marks import Truth

_POST = """
<p>Вчера на площади Кузнецов в Новоречинске нас было человек триста.
[[+|Мы стояли молча, с чистыми листами бумаги.]] Никто не перекрывал дорогу, никто не кричал.</p>
<p>Через двадцать минут подошли люди в касках. Первой увели [[P4|Лидию Аркадьевну]], она просто снимала
на телефон. Потом [[P5|Геру Гронберга]] — он держал лист и спрашивал, в чём нарушение. Мой муж
[[P3~|Миша]] успел вывести [[P2|Елену Викторовну]], маму, через двор на [[?address|Паровозной улице]].</p>
<p>Спасибо [[P4|Ветлугорской]] за снимки и [[P5|Г. Л. Гронбергу]] за мужество. [[P3|Заречнову]] отдельное
спасибо: [[+|без него я бы не дошла домой.]] Кто видел задержание — пишите мне или [[P3~|Мише]],
<a href="https://social.example.org/[[P3|m.zarechnov]]">[[P3|@red_lantern_77]]</a>, телефон
<a href="tel:+79000000133">[[P3|+7 (900) 000-01-33]]</a>.</p>
<p><a href="/tag">#чистыйлист</a> <a href="/tag">#Новоречинск</a></p>
"""

_COMMENTS = (
    ("[[P3|Михаил Заречнов]]", "Горжусь тобой, [[P1|Даш]]. [[P5|Гронберга]] пока не отпустили, говорил с дежурным."),
    (
        "[[P4|Lidia Vetlugorskaya]]",
        "Видео у меня, могу переслать: [[P4|lida.vetlug@example.org]]. [[P2|Елене Викторовне]] — обнимаю!",
    ),
    ("[[?name|Пётр Кожемятов]]", "А [[P4~|Лидочка]] молодец. [[+|Берегите себя.]]"),
    ("[[P5|Герман Гронберг]]", "Вышел. Двое суток. Спасибо всем, и [[P3|Заречновым]] за передачу."),
)

_STYLE = """
body{margin:0;background:#edeef0;font:14px/1.45 "DejaVu Sans",Arial,sans-serif;color:#222}
.top{background:#3f6ea5;color:#fff;padding:10px 24px;font-weight:bold}
.card{background:#fff;max-width:640px;margin:16px auto;border-radius:8px;padding:16px 20px}
.who{display:flex;gap:12px;align-items:center}.who img{border-radius:50%}
.when,.small{color:#818c99;font-size:12px}.comment{border-top:1px solid #e7e8ec;padding:8px 0}
.old{display:none}
"""


def _avatar(shade: tuple[int, int, int]) -> str:
    """A small round figure as a data URI."""
    image = Image.new("RGB", (48, 48), shade)
    draw = ImageDraw.Draw(image)
    draw.ellipse((15, 8, 33, 28), fill="#f1d3b8")
    draw.ellipse((6, 30, 42, 66), fill="#f7f7f7")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def _linked_data(truth: Truth) -> str:
    """The block for search engines, which names the people tagged in the post."""
    tagged = [
        truth.hide("JSON-LD mentions", "Лидия Ветлугорская"),
        truth.hide("JSON-LD mentions", "Mikhail Zarechnov"),
    ]
    block = {
        "@context": "https://schema.example.org",
        "@type": "SocialMediaPosting",
        "author": {"@type": "Person", "name": "Дарья Тернёва"},
        "datePublished": "2023-03-13T21:47:00+05:00",
        "mentions": [{"@type": "Person", "name": name} for name in tagged],
    }
    return json.dumps(block, ensure_ascii=False, indent=1)


def _head(truth: Truth) -> str:
    saved = "https://social.example.org/daria.terneva?w=wall314_15&from=" + truth.hide(
        "comment at the top", "lida.vetlug"
    )
    described = truth.hide("meta description", "Ветлугорская, Заречнов и ещё 41 человек оценили запись")
    return (
        f"<!-- saved from url=({len(saved):04d}){saved} -->\n"
        '<html lang="ru"><head><meta charset="utf-8">\n'
        "<title>Дарья Тернёва — запись на стене</title>\n"
        f'<meta property="og:description" content="{described}">\n'
        f"<style>{_STYLE}</style>\n"
        f'<script type="application/ld+json">{_linked_data(truth)}</script>\n</head>\n'
    )


def _comment(truth: Truth, author: str, text: str, number: int) -> str:
    name = truth.read(author)
    body = truth.read(text)
    return (
        f'<div class="comment" data-reply="{number}"><b>{name}</b>'
        f'<div>{body}</div><span class="when">14 мар 2023 в {8 + number}:{12 + 7 * number}</span></div>\n'
    )


def saved_page(truth: Truth) -> bytes:
    """The post as a browser saved it: UTF-8, with comments, hidden elements, attributes and linked data."""
    alt = truth.hide("alt text", "Ветлугорская Лидия с телефоном, на площади")
    old = truth.hide("hidden element", "Первая версия: с нами была Е. В. Тернёва")
    viewer = truth.hide("script", '{"viewer":{"id":314226,"name":"Елена Тернёва"}}')
    comments = "".join(_comment(truth, who, text, n) for n, (who, text) in enumerate(_COMMENTS, 1))
    author = truth.read("[[P1|Дарья Тернёва]]")
    page = (
        "<!DOCTYPE html>\n" + _head(truth) + '<body>\n<div class="top">социальная сеть «Окно»</div>\n'
        f'<div class="card"><div class="who"><img src="{_avatar((178, 112, 92))}" alt="">'
        f'<div><b>{author}</b><div class="when">13 мар 2023 в 21:47 · изменено</div></div></div>\n'
        f"{truth.read(_POST)}"
        f'<img src="{_avatar((92, 126, 160))}" alt="{alt}">\n'
        f'<div class="old">{old}</div>\n'
        '<p class="when">♥ 43 · 4 комментария · 2 118 просмотров</p>\n'
        f"{comments}</div>\n"
        f'<p class="small" style="text-align:center">{SMALL_PRINT}</p>\n'
        f"<script>window.__state={viewer}</script>\n</body></html>\n"
    )
    return page.encode("utf-8")


_BLOG = """ЗА ОКОЛИЦЕЙ — дневник
Автор: [[P5|gera_za_okolicey]]
Запись от 17.03.2023, 23:05. Доступ: открытый
----------------------------------------------------------------------

Двое суток в камере: как это было

Пишу, пока помню. [[+|Нас забрали на площади около трёх часов дня]] и посадили в автобус без
номеров. Рядом со мной сидела [[P1|Дарья Тернёва]], у неё был разбит висок. Она
просила врача, ей не ответили. [[+|Я слышал это сам, и могу подтвердить в суде.]]

В отделе нас развели. [[P1|Дарью Андреевну]] увели на второй этаж, меня и [[P4|Лидию
Ветлугорскую]] оставили в коридоре. У [[P4|Ветлугорской]] отобрали телефон. Протокол
на неё составили раньше, чем на меня; в нём она названа [[P4|ВЕТЛУГОРСКОЙ Л.А.]],
а я — «[[P5|Гронберг Г.Л.]], без определённых занятий», хотя я двадцать лет
преподаю черчение в [[?organisation|школе № 314]].

Ночью приехал [[P3|Михаил Заречнов]], муж [[P1|Дарьи]]. Его не пустили. С [[P3|Заречновым]] была
[[P2|Елена Викторовна]], мать [[?shared surname|Тернёвой]]; [[+|ей сказали, что дочери в здании нет.]] Адвокат
[[?name|Савелий Брусницкий]] ждал у входа до утра.

Спрашивали меня об одном: кто привёл людей. Показывали фотографии. Следователь
[[?name|Кнуров]] спросил, давно ли я знаю [[P3|Заречнова]] и правда ли, что деньги на бумагу
дала [[P4|Лидия Аркадьевна]]. Я сказал, что о [[P4|Лидии Аркадьевне]] говорить не буду.

Если со мной что-то случится — мои контакты у сестры: [[P5|gera.g@example.org]],
тел. [[P5|8 900 000 01 55]], живу на [[?address|Литейном проезде, 31, кв. 4]].
Фото паспорта ([[P5|0004 000556]]) тоже у неё.

                                                       Ваш [[P5|Г. Гронберг]]
----------------------------------------------------------------------
Комментарии (2)
[[P3|red_lantern_77]]: [[P5~|Гера]], держись. Мы с [[P1|Дашей]] рядом.
[[P4|lidavetlug]]: подтверждаю каждое слово. [[P4~|Лида]].

"""


def blog_entry(truth: Truth) -> bytes:
    """The blog entry as it was copied into a text file on an old computer: cp1251 with CRLF line ends."""
    text = truth.read(_BLOG) + SMALL_PRINT + "\n"
    return text.replace("\n", "\r\n").encode("cp1251")
