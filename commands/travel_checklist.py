"""`casevault travel checklist`: what to do, in an order, to be printed."""

from __future__ import annotations

import typer

from commands.context import session_of

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "A week before",
        (
            "Best, travel without a vault: casevault travel send --out FILE --remove-vault. Send the file ahead.",
            "Else choose two or three trustees in other countries, who can't be reached by whom you fear.",
            "Agree with each, face to face or by voice: the delay, your word, the duress word, the number they call.",
            "They make a key: casevault keygen --out FILE. You note it: casevault recipient add --role trustee.",
            "casevault travel prepare --trustees R,R --need 2 --out DIR. Send each their file; hear their digits.",
            "Make a backup that stays at home: casevault backup create DEST.",
        ),
    ),
    (
        "Before you leave",
        (
            "casevault travel start --dry-run: take away what it finds. Recovery sheets stay at home.",
            "casevault travel start. From now on you can't open the vault, and can say so truthfully.",
            "Shut the computer down. Asleep is not off.",
        ),
    ),
    (
        "A knock at the door",
        (
            "casevault travel now --yes",
            "Hold the power button until it is off.",
        ),
    ),
    (
        "At the border",
        (
            "Don't lie: you can't open it, others can, and they will wait.",
            "If you are made to ask them: say the duress word.",
            "A computer that was taken out of your sight is not yours any more, whatever it looks like.",
        ),
    ),
    (
        "Back home",
        (
            "casevault travel end --request-out FILE. Send it. Tell nobody the code but who calls you back.",
            "casevault travel end --answer FILE --answer FILE. Make a new passphrase and a new recovery sheet.",
            "If the computer was taken: restore a backup on another one, then casevault key rotate --deep.",
        ),
    ),
)


def checklist(context: typer.Context) -> None:
    """Print what to do before, on and after a journey: for paper. docs/travel.md explains it."""
    session = session_of(context)
    t = session.console.text
    lines: list[str] = []
    for title, steps in SECTIONS:
        lines += [t(title), *(f"  [ ] {t(step)}" for step in steps), ""]
    data = [{"title": title, "steps": list(steps)} for title, steps in SECTIONS]
    session.console.answer({"checklist": data}, lines[:-1])
