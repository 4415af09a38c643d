"""A change of the header that was killed is settled by a command that the agent opens the vault for, too."""

from __future__ import annotations

import os
from pathlib import Path

import agent_tools
import pytest
import vaults
from headers_stopped import add, killed, remove_first

from vault.store import header_file


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the process that is killed is a fork of this one")
def test_a_removal_that_was_killed_is_settled_through_the_agent(tmp_path: Path, runtime: Path) -> None:
    folder = tmp_path / "vault"
    vaults.new_vault(folder).close()
    add(folder)
    agent_tools.keep(folder)
    killed(lambda: remove_first(folder), header_file, "write", after=False)
    with agent_tools.Held(folder, "", "", "").open() as vault:
        noted = vault.log.kept.headers()
        assert [(one.generation, one.done) for one in noted] == [(0, True), (1, True), (2, False), (3, True)]
        assert noted[3].digest == noted[1].digest
