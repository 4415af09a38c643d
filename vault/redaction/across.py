"""Names of people whom nobody listed, found in one document of a case, in all its other documents: in small letters,
in other cases of the language, in the other script. One text alone may hold nothing that tells the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vault.errors import Usage
from vault.model.document import Document
from vault.redaction import echoes
from vault.redaction.labels import Labels
from vault.redaction.plan import MAX_FINDINGS, Finding, RedactionPlan, Source

PERSON = "PERSON"
REVIEWER = "reviewer"
MIN_SCORE = 0.5
"""How sure a rule or a model has to be of a name that is looked for elsewhere."""


def spread(
    plan: RedactionPlan, before: RedactionPlan | None, sources: Sequence[Source], kept: Sequence[str], labels: Labels
) -> RedactionPlan:
    """The plan, just made, with proposals for the names of its unlisted people wherever else in the case they stand.

    `kept` are the names of people who stay readable: no word of theirs is looked for. What a reviewer rejected in
    the plan `before` is not followed; what they accepted there is, though its first place be gone. All is numbered
    anew, in reading order.
    """
    known = echoes.known(_names(plan, before), kept)
    taken: dict[tuple[str, int, int], list[tuple[int, int]]] = {}
    for finding in plan.findings:
        place = (finding.evidence, finding.page, finding.block)
        taken.setdefault(place, []).append((finding.start, finding.end))
    new = [
        finding
        for source in sources
        if source.document is not None
        for finding in _of_document(source.evidence, source.document, known, taken, labels)
    ]
    if len(plan.findings) + len(new) > MAX_FINDINGS:
        raise Usage("the case has more findings than one plan can hold", hint="Split it into linked cases.")
    order = {source.evidence: number for number, source in enumerate(sources)}
    found = sorted((*plan.findings, *new), key=lambda f: (order[f.evidence], f.page, f.block, f.start, -f.end))
    first = plan.last - len(plan.findings) + 1
    numbered = tuple(replace(finding, id=f"F-{number}") for number, finding in enumerate(found, first))
    return replace(plan, findings=numbered, last=plan.last + len(new))


def _names(plan: RedactionPlan, before: RedactionPlan | None) -> list[str]:
    earlier = () if before is None else tuple(one for one in before.findings if _is_unlisted(one))
    rejected = {_place(one) for one in earlier if one.state == "rejected"}
    proposed = [one.text for one in plan.findings if _is_unlisted(one) and _place(one) not in rejected]
    return proposed + [one.text for one in earlier if one.state == "accepted"]


def _is_unlisted(finding: Finding) -> bool:
    unknown = finding.category == PERSON and finding.person is None
    return unknown and finding.source != REVIEWER and finding.score >= MIN_SCORE


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.evidence, finding.page, finding.block, finding.start, finding.end, finding.text


def _of_document(
    evidence: str, document: Document, known: echoes.Known, taken: dict[tuple[str, int, int], list[tuple[int, int]]],
    labels: Labels,
) -> Iterator[Finding]:  # fmt: skip
    cased = echoes.is_cased("\n".join(page.text for page in document.pages))
    for page in document.pages:
        for number, block in enumerate(page.blocks):
            here = taken.get((evidence, page.number, number), [])
            for span in echoes.across(block.text, known, here, cased=cased):
                text = block.text[span.start : span.end]
                yield Finding(
                    "F-0", evidence, page.number, number, span.start, span.end, PERSON, None, span.source, span.score,
                    False, span.explanation, labels.label_for(span, text), text,
                )  # fmt: skip
