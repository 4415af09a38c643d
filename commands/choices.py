"""Words that options take, as types that typer checks and completes."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

Purpose = Literal["intake", "review", "hearing", "filing", "translation", "handover", "audit", "other"]
PersonRole = Literal["applicant", "relative", "witness", "other"]
RecipientRole = Literal["lawyer", "auditor", "trustee", "translator", "court", "other"]
Tie = Literal["spouse", "parent", "child", "sibling", "relative", "other"]
Kind = Literal[
    "document", "post", "court", "summons", "medical", "photo", "video", "chat", "letter", "screenshot",
    "translation", "certificate", "other",
]  # fmt: skip
Profile = Literal["lawyer", "public", "internal"]

FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="FILE", help='Take the text from a JSON file; "-" is standard input.'),
]
PurposeOption = Annotated[
    Purpose | None,
    typer.Option("--purpose", metavar="WORD", help="Why, for the log: intake, review, hearing, …"),
]
CaseArgument = Annotated[str | None, typer.Argument(metavar="CASE", help="The case, such as C-7K3Q9.")]
EvidenceArgument = Annotated[str | None, typer.Argument(metavar="E", help="The item, such as E-4N8TVQ2WX.")]
WordsArgument = Annotated[list[str] | None, typer.Argument(metavar="[TEXT…]", help="Inside 'casevault shell' only.")]
