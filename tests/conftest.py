"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import extra
import isolation
import psutil
import pytest
import vaults

from vault.usecases.unlocked import UnlockedVault

ROOT = Path(__file__).resolve().parent.parent
SHORT = ("age", "audit", "crypto", "intake", "session", "store")
"""Folders without a long file."""


def pytest_configure() -> None:
    isolation.leave_home()
    isolation.block_sockets()
    isolation.hear_interrupts()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a test often waits for the disk, for a terminal or for another program."""
    return (psutil.cpu_count(logical=False) or os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Short files come last, so that no process works on a long one alone at the end."""
    items.sort(key=lambda item: item.path.relative_to(ROOT / "tests").parts[0] in SHORT)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture, also those of modules, so that they see what their tests see."""
    folder = item.path.relative_to(ROOT / "tests").parts[0]
    extra.choose(folder, [name for name in extra.absence.PACKAGES if item.get_closest_marker(name)])


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Fail a test during which a socket was asked for, even if the program swallowed the refusal."""
    isolation.attempts.clear()
    yield
    assert not isolation.attempts, "the network was asked for; see tests/isolation.py"


def _material(*parts: str) -> Path:
    base = Path(os.environ.get("CASEVAULT_SHARED", ROOT.parent / "shared"))
    folder = base.joinpath(*parts)
    if not folder.exists():
        message = f"the real test material {'/'.join(parts) or base} is not here; set CASEVAULT_SHARED"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real test material; see CONTRIBUTING.md."""
    return _material()


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[UnlockedVault]:
    """A new, empty vault; `vaults.CODE` opens it."""
    with vaults.new_vault(tmp_path / "vault") as made:
        yield made


@pytest.fixture(scope="session")
def reviewed_dossier(tmp_path_factory: pytest.TempPathFactory) -> vaults.StoredDossier:
    """The synthetic dossier, added, read, planned and reviewed, once for all tests; closed: copy it to use it."""
    base = tmp_path_factory.getbasetemp()
    # Of a run in several processes, each has a folder of its own below that of the run: one makes it for all.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "reviewed-dossier"
    with extra.hidden(), vaults.alone(folder.with_suffix(".lock")):
        return vaults.load_dossier(folder) or vaults.store_dossier(folder)


@pytest.fixture
def dossier_vault(reviewed_dossier: vaults.StoredDossier, tmp_path: Path) -> Iterator[vaults.DossierVault]:
    """A copy of the reviewed dossier, open, for one test to change."""
    copied = vaults.copy_of(reviewed_dossier, tmp_path / "vault")
    with copied.vault:
        yield copied
