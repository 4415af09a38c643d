"""What the manifest says about each file, and who makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dossier_parts import chat, papers, photo, posts, scan, screenshot, word
from dossier_parts.marks import Truth

Boxes = list[dict[str, object]]
Plain = Callable[[Truth], bytes]
Pictured = Callable[[Truth], tuple[bytes, Boxes]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the dossier. `title` is the case manager's own and names nobody who is protected."""

    name: str
    kind: str
    media_type: str
    language: str
    title: str
    source: str
    given_by: str
    collected_at: str
    about_en: str
    about_ru: str
    make: Plain | None = None
    picture: Pictured | None = None
    translation_of: str | None = None

    def build(self) -> tuple[bytes, Boxes, Truth]:
        """The bytes of the file, the boxes that cover protected people on it, and what it holds."""
        truth = Truth(self.name, readable=self.picture is None)
        if self.picture is not None:
            data, boxes = self.picture(truth)
            return data, boxes, truth
        if self.make is None:
            raise ValueError(f"nothing makes {self.name}")
        return self.make(truth), [], truth


_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

ENTRIES = (
    Entry(
        name="01-post.html",
        kind="post",
        media_type="text/html",
        language="ru",
        title="Пост заявительницы о задержаниях 12 марта 2023",
        source="saved web page, social.example.org",
        given_by="applicant",
        collected_at="2024-01-16",
        about_en="The applicant's post about the protest, saved from a social network with its comments.",
        about_ru="Пост заявительницы о пикете, сохранённый из социальной сети вместе с комментариями.",
        make=posts.saved_page,
    ),
    Entry(
        name="02-blog.txt",
        kind="post",
        media_type="text/plain",
        language="ru",
        title="Запись в блоге свидетеля: двое суток в отделе",
        source="copied from a public blog, file in cp1251",
        given_by="witness",
        collected_at="2024-01-18",
        about_en="A witness's blog entry about the detention, a text file from an old computer (cp1251).",
        about_ru="Запись свидетеля о задержании: текстовый файл со старого компьютера (cp1251).",
        make=posts.blog_entry,
    ),
    Entry(
        name="03-ruling.pdf",
        kind="court",
        media_type="application/pdf",
        language="ru",
        title="Постановление районного суда от 14 марта 2023, ст. 20.2 КоАП",
        source="copy from the court's office",
        given_by="relative",
        collected_at="2024-01-16",
        about_en="The court ruling on the administrative offence, a PDF with text.",
        about_ru="Постановление суда об административном правонарушении, PDF с текстом.",
        make=papers.court_ruling,
    ),
    Entry(
        name="04-summons.docx",
        kind="summons",
        media_type=_DOCX,
        language="ru",
        title="Повестка к следователю на 7 июня 2023",
        source="retyped by the family from paper",
        given_by="relative",
        collected_at="2024-01-16",
        about_en="The summons to an investigator, with tracked changes, a comment and hidden text inside.",
        about_ru="Повестка к следователю; внутри файла есть правки, примечание и скрытый текст.",
        make=word.summons,
    ),
    Entry(
        name="05-summons-en.txt",
        kind="translation",
        media_type="text/plain",
        language="en",
        title="Translation of the summons, certified",
        source="volunteer translator",
        given_by="other",
        collected_at="2024-01-22",
        about_en="The certified English translation of the summons.",
        about_ru="Заверенный перевод повестки на английский.",
        make=word.translation,
        translation_of="04-summons.docx",
    ),
    Entry(
        name="06-medical.pdf",
        kind="medical",
        media_type="application/pdf",
        language="ru",
        title="Выписка из травмпункта от 13 марта 2023",
        source="scan of the original, two pages",
        given_by="applicant",
        collected_at="2024-01-16",
        about_en="The emergency room's paper about the injury: a scan without a text layer, slightly askew.",
        about_ru="Выписка из травмпункта: скан без текстового слоя, чуть перекошенный.",
        picture=scan.medical_paper,
    ),
    Entry(
        name="07-protest.jpg",
        kind="photo",
        media_type="image/jpeg",
        language="ru",
        title="Фотография с площади, 12 марта 2023",
        source="sent by a witness from her telephone",
        given_by="witness",
        collected_at="2024-01-19",
        about_en="A photo of the protest (a drawing), with the telephone's owner and a place in its metadata.",
        about_ru="Фотография пикета (рисунок); в метаданных владелица телефона и место съёмки.",
        picture=photo.protest_photo,
    ),
    Entry(
        name="08-chat.json",
        kind="chat",
        media_type="application/json",
        language="ru",
        title="Переписка в день вручения повестки, 2 июня 2023",
        source="export from the messenger's desktop program (result.json)",
        given_by="applicant",
        collected_at="2024-01-20",
        about_en="A group chat about the summons and the departure, as a messenger exports it.",
        about_ru="Групповая переписка о повестке и отъезде, выгруженная из мессенджера.",
        make=chat.exported_chat,
    ),
    Entry(
        name="09-declaration.pdf",
        kind="letter",
        media_type="application/pdf",
        language="en",
        title="Declaration of a witness for the immigration court",
        source="sent by its author by e-mail",
        given_by="witness",
        collected_at="2024-02-06",
        about_en="A witness's declaration in English, a PDF with text.",
        about_ru="Письменные показания свидетельницы на английском, PDF с текстом.",
        make=papers.declaration,
    ),
    Entry(
        name="10-screenshot.png",
        kind="screenshot",
        media_type="image/png",
        language="ru",
        title="Снимок экрана: переписка 4 июня 2023",
        source="screenshot from the applicant's telephone",
        given_by="applicant",
        collected_at="2024-01-20",
        about_en="A screenshot of a private chat with a witness.",
        about_ru="Снимок экрана с личной перепиской со свидетелем.",
        picture=screenshot.chat_screenshot,
    ),
)
