"""Hides the models' packages: Python reads this at its start where tests/extra.py put this folder on PYTHONPATH."""

from absence import hide

hide()
