"""Two examples for every command: shown by its help, and run by the tests as they stand.

Ids stand for what a scratch vault of the tests holds; the tests put the real ones in their place.
"""

from __future__ import annotations

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {}
