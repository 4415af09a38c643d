"""The page: whole in itself, nothing from elsewhere, readable by everybody."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest
import report_make
import report_sample

from vault.audit.report import drawing, rows
from vault.audit.report.data import Finding, Report
from vault.audit.report.page import html
from vault.audit.report.words import Words


class Page(HTMLParser):
    """Everything that a test asks of a page."""

    VOID = ("meta", "input", "br", "hr")

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: Counter[str] = Counter()
        self.content: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.text = text
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), "an attribute twice"
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
            self.content.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self.open[-1:]:
            self.content[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def report() -> Report:
    return report_sample.report([report_make.year(6000, 60)])


@pytest.fixture(scope="module", params=["en", "ru"])
def page(request: pytest.FixtureRequest, report: Report) -> Page:
    return Page(html(report, Words(request.param)))


def test_nothing_comes_from_elsewhere(page: Page) -> None:
    lower = page.text.lower()
    assert "http:" not in lower
    assert "https:" not in lower
    assert "//" not in re.sub(r'<script type="text/plain"[^>]*>[^<]*</script>', "", lower)
    assert not {"link", "img", "iframe", "object", "embed", "base", "audio", "video", "image"} & {
        t for t, _ in page.found
    }
    ids = {attributes["id"] for _, attributes in page.found if "id" in attributes}
    for tag, attributes in page.found:
        assert not {"src", "action", "formaction", "style", "srcset", "poster", "data"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
        if (target := attributes.get("href")) is not None:
            assert tag in ("a", "use")
            assert target.startswith("#")
            assert target[1:] in ids
    for style in page.content["style"]:
        assert "url(" not in style
        assert "@import" not in style


def test_the_policy_lets_only_our_own_style_and_script_in(page: Page) -> None:
    (policy,) = [one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    (style,) = page.content["style"]
    script = page.content["script"][-1]
    for text in (style, script):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert [one.get("type") for one in page.all("script")] == ["application/json", "text/plain", None]
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|eval|import|innerHTML|document\.write)\b", script)


def test_ids_are_there_once(page: Page) -> None:
    ids = Counter(attributes["id"] for _, attributes in page.found if "id" in attributes)
    assert [one for one, count in ids.items() if count > 1] == []
    for _, attributes in page.found:
        for name in (attributes.get("aria-labelledby") or "").split():
            assert name in ids


def test_plots_have_a_title_and_a_description(page: Page) -> None:
    plots = page.all("svg")
    assert len(plots) == 6
    described = dict(zip((one["id"] for one in page.all("desc")), page.content["desc"], strict=True))
    for plot in plots:
        assert plot["role"] == "img"
        title, description = str(plot["aria-labelledby"]).split()
        assert title.endswith("-title")
        assert len(described[description]) > 20


def test_tables_have_captions_and_heads(page: Page) -> None:
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(one.get("scope") in ("col", "row") for one in page.all("th"))


def test_every_field_has_a_label(page: Page) -> None:
    at = [i for i, (tag, _) in enumerate(page.found) if tag in ("select", "input")]
    assert len(at) == 9
    assert all(page.found[i - 1][0] == "label" for i in at)


def test_the_four_answers_stand_first(page: Page, report: Report) -> None:
    tiles = [one for one in page.all("div") if (one.get("class") or "").startswith("tile ")]
    assert [one["class"] for one in tiles] == ["tile good", "tile good", "tile good", "tile plain"]
    answers = [text for text in page.content["dd"][:20] if text]
    assert answers[0][:2] == "✓ "
    assert "12" in " ".join(answers)
    assert Words(str(page.all("html")[0]["lang"])).number(1240) in answers


def test_findings_come_before_questions_and_are_escaped() -> None:
    bad = Finding("rewrite", "<script>alert(1)</script> & more", 17)
    found = report_sample.report([report_make.year(500, 20)], infos=[report_sample.info(500, findings=[bad])])
    page = Page(html(found, Words("en")))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page.text
    assert page.text.index('id="findings"') < page.text.index('id="questions"')
    assert "✗ No" in page.content["dd"]


def unpacked(page: Page) -> dict[str, list[object]]:
    packed = next(
        text
        for text, one in zip(page.content["script"], page.all("script"), strict=True)
        if one.get("id") == "entries-data"
    )
    return json.loads(zlib.decompress(base64.b64decode(packed)))


def test_the_list_holds_every_operation(page: Page, report: Report) -> None:
    data, held = unpacked(page), report.activity.operations
    columns = data["columns"]
    assert {len(column) for column in columns.values()} == {len(held)}  # type: ignore[attr-defined]
    total, seqs = 0, []
    for value in columns["seq"]:  # type: ignore[call-overload]
        total += value
        seqs.append(total)
    assert seqs == list(held.seq)
    covered = {at for seq, after in zip(held.seq, held.after, strict=True) for at in range(seq, seq + after + 1)}
    assert covered == set(range(report.activity.entries))


def test_the_oldest_are_left_out_where_there_are_too_many(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 100)
    page = Page(html(report, Words("en")))
    data = unpacked(page)
    assert len(data["columns"]["seq"]) == 100  # type: ignore[call-overload]
    assert data["columns"]["seq"][0] == report.activity.operations.seq[-100]  # type: ignore[call-overload]
    assert "The list holds the newest 100 lines" in page.text


def test_without_matplotlib_the_numbers_are_unfolded(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "available", lambda: False)
    page = Page(html(report, Words("en")))
    assert page.all("svg") == []
    assert "casevault[report]" in page.text
    assert len([one for one in page.all("details") if "open" in one]) == 2


def test_a_log_that_floods_the_page_does_not_burst_it() -> None:
    one = report_make.Year(report_make.random.Random(3), [], [])
    ids = sorted({report_make.an_id("C", one.rng) for _ in range(6000)})
    at = report_make.START
    entries = []
    for case in ids:
        at += report_make.timedelta(days=8)
        one.program = f"0.{len(entries) % 9999}.1"
        entries.append(one.entry(at, "vault.unlock-failed", "event", case, count=900, outcome="failed"))
    found = report_sample.report([entries])
    page = Page(html(found, Words("en")))
    assert len(page.text) < 3_000_000
    assert f"Left out here for their number: {len(ids) - 1000:,}" in page.text
    assert len(unpacked(page)["columns"]["seq"]) == len(ids)  # type: ignore[call-overload]


def test_an_empty_log_makes_a_page() -> None:
    for lang in ("en", "ru"):
        assert Page(html(report_sample.report([[]]), Words(lang))).all("svg")


def test_the_same_report_is_the_same_page(report: Report) -> None:
    assert html(report, Words("en")) == html(report, Words("en"))


def test_what_is_new_since_the_last_signature_stands_first(report: Report) -> None:
    seqs = sorted(one.flag.last for one in report.flags)
    signed = seqs[len(seqs) // 2]
    infos = (report_sample.replace(report.logs[0], own=signed),)
    page = Page(html(report_sample.replace(report, logs=infos), Words("en")))
    old = sum(seq < signed for seq in seqs)
    assert 0 < old < len(seqs)
    title = f"Before your last signature: {old} question{'s' if old > 1 else ''}"
    assert title in page.content["summary"]
    assert page.text.index("New since your last signature") < page.text.index(title)
    assert any(str(one.get("id")).startswith("old-ask-") for one in page.all("li"))
    assert "Before your last signature" not in html(report, Words("en"))


def test_lateness_is_told_calmly_and_apart() -> None:
    late = [Finding("overdue", "late itself"), Finding("overdue", "no deposit of V-9", other=True)]
    found = report_sample.report([report_make.year(500, 20)], infos=[report_sample.info(500, findings=late)])
    page = Page(html(found, Words("en")))
    assert "✓ Yes" in page.content["dd"]
    assert 'id="findings"' not in page.text
    assert "That is no damage to the log." in page.text
    assert "About another laptop, not in this report: no deposit of V-9." in page.text


# Contrast, WCAG 2.2, 1.4.3 and 1.4.11.


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_letters_stand_out() -> None:
    style = (rows.__file__.rsplit("/", 1)[0]) + "/report.css"
    with open(style, encoding="utf-8") as file:
        named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", file.read()))
    for name in ("ink", "soft", "blue", "bad", "warn", "good"):
        assert contrast(named[name], "#ffffff") >= 4.5, name
    for level, colour in enumerate(drawing.RAMP):
        letters = "#ffffff" if level >= drawing.DARK_FROM else drawing.INK
        assert contrast(letters, colour) >= 4.5, level
    for colour in (drawing.INK, drawing.SOFT, drawing.ACCENT):
        assert contrast(colour, "#ffffff") >= 4.5
    assert contrast(drawing.BAR, "#ffffff") >= 3


def test_the_ramp_reads_in_grey() -> None:
    greys = [luminance(colour) ** (1 / 2.2) for colour in drawing.RAMP]
    assert all(lighter - darker >= 0.05 for lighter, darker in pairwise(greys))


def test_steps_of_the_ramp() -> None:
    assert [drawing.step(value, 60) for value in (0, 1, 10, 11, 59, 60, 99)] == [0, 1, 1, 2, 6, 6, 6]
    assert drawing.step(5, 0) == 0
