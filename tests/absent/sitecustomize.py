"""Hides extras' packages: Python reads this at its start where tests/extra.py put this folder on PYTHONPATH."""

import os

from absence import PACKAGES, hide

hide(*os.environ.get("TESTS_HIDE_EXTRAS", ",".join(PACKAGES)).split(","))
