"""Everything that a hostile file is parsed with runs behind this package, in a process of its own.

`run` does one job, `jail_report` says what the walls are worth here, `documents` has the typed calls that
everybody else uses. Names are looked up when they are used: most commands parse nothing, and need no jail.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vault.sandbox.jail import Feature, JailReport, jail_report, run
    from vault.sandbox.transport import DEFAULT_LIMITS, Answer, Limits

__all__ = ["DEFAULT_LIMITS", "Answer", "Feature", "JailReport", "Limits", "jail_report", "run"]
_FROM_TRANSPORT = ("DEFAULT_LIMITS", "Answer", "Limits")


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"vault.sandbox.{'transport' if name in _FROM_TRANSPORT else 'jail'}"), name)
