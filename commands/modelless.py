"""Says, once a command, that the models which find names in free text are not installed."""

from __future__ import annotations

import sys

from commands.console import print_to
from commands.context import Session


def warn(session: Session) -> None:
    """A warning on standard error where there are none, with the next step. Also beside JSON: less is found."""
    from vault.usecases import models

    if models.present():
        return
    t = session.console.text
    warning = t("The models are not installed: names that nobody listed are looked for by rules alone.")
    step = t("install the models: pip install 'casevault[models]'")
    print_to(sys.stderr, f"{t('warning:')} {warning}")
    print_to(sys.stderr, t("Next: {step}", step=step))
