"""Everything that a hostile file is parsed with runs behind this package, in a process of its own.

`run` does one job, `jail_report` says what the walls are worth here, `documents` has the typed calls that
everybody else uses.
"""

from __future__ import annotations

from vault.sandbox.jail import Feature, JailReport, jail_report, run
from vault.sandbox.transport import DEFAULT_LIMITS, Answer, Limits

__all__ = ["DEFAULT_LIMITS", "Answer", "Feature", "JailReport", "Limits", "jail_report", "run"]
