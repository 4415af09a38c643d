"""All commands that are disturbed."""

from __future__ import annotations

import fault_keys
import fault_moves
import fault_trials

ALL = {**fault_trials.SCENARIOS, **fault_keys.SCENARIOS, **fault_moves.SCENARIOS}
