"""Several processes working on one vault at once: nobody's work is lost, and the log stays one chain."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path

import fault_lab
import pytest
import soak

from vault.errors import Busy
from vault.store import locks
from vault.usecases import items

FILES = 12
SECONDS = 600


def _sources(folder: Path, who: int) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{who}-{number}.bin" for number in range(FILES)]
    for number, path in enumerate(paths):
        # One larger than the limit for small files, so that both ways of storing run at once.
        path.write_bytes(bytes([who, number]) * (3_000_000 if number == 5 else 700 * number + 1))
    return paths


def _start(lab: fault_lab.Lab, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        lab.arguments(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("processes", [2, 4])
def test_several_processes_add(processes: int, lab: fault_lab.Lab, tmp_path: Path) -> None:
    mine = lab.copy(tmp_path / "lab")
    sources = [_sources(tmp_path / str(who), who) for who in range(processes)]
    started = [_start(mine, "evidence", "add", mine.case, *map(str, paths)) for paths in sources]
    wanted: set[str] = set()
    for process in started:
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, err
        answer = json.loads(out)["evidence"]
        assert len(answer) == FILES
        wanted |= {item["id"] for item in answer}
    assert len(wanted) == processes * FILES, "an id was given twice"
    added = fault_lab.check_vault(mine)
    assert {item.id for item in added} == wanted
    assert sorted(item.sha256.hex() for item in added) == fault_lab.hashes(
        {path.name: path.read_bytes() for paths in sources for path in paths}
    )


def test_cases_made_and_lists_read_while_files_are_added(lab: fault_lab.Lab, tmp_path: Path) -> None:
    mine = lab.copy(tmp_path / "lab")
    paths = _sources(tmp_path / "files", 1)
    (tmp_path / "title").write_text('{"title": "Второе дело"}')
    adding = _start(mine, "evidence", "add", mine.case, *map(str, paths))
    others = [_start(mine, "case", "new", "--from", str(tmp_path / "title")) for _ in range(2)]
    others += [_start(mine, "evidence", "list", mine.case), _start(mine, "audit", "verify")]
    for process in [adding, *others]:
        _, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, err
    assert len(fault_lab.check_vault(mine)) == FILES
    listed = fault_lab.run(mine.arguments("case", "list"))
    assert len(listed.answer["cases"]) == 3


def test_the_same_row_changed_by_two_is_refused_for_one_or_kept_for_both(lab: fault_lab.Lab, tmp_path: Path) -> None:
    mine = lab.copy(tmp_path / "lab")
    item = mine.binary
    started = []
    for who in range(4):
        (tmp_path / f"{who}.json").write_text(json.dumps({"note": f"Заметка {who}"}))
        started.append((who, _start(mine, "evidence", "set", item, "--from", str(tmp_path / f"{who}.json"))))
    done = []
    for who, process in started:
        _, err = process.communicate(timeout=SECONDS)
        assert process.returncode in (0, 1), err
        if process.returncode == 0:
            done.append(f"Заметка {who}")
        else:
            assert json.loads(err.strip().splitlines()[-1])["error"]["kind"] == "busy"
    assert done
    with mine.open() as vault:
        assert items.show(vault, item).note in done
    assert fault_lab.check_vault(mine) == []


def test_the_doctor_cleans_nothing_up_while_another_writes(lab: fault_lab.Lab, tmp_path: Path) -> None:
    mine = lab.copy(tmp_path / "lab")
    half = mine.vault / "objects" / "ab" / f"ab{'0' * 30}.part"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"being written")
    entered, leave = threading.Event(), threading.Event()

    def write() -> None:
        with locks.shared(mine.vault):
            entered.set()
            leave.wait(SECONDS)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert entered.wait(SECONDS)
        with pytest.raises(Busy), locks.exclusive(mine.vault):
            pass
        found = fault_lab.run(mine.arguments("doctor"))
        assert found.code == 0, found.stderr
        assert half.exists()
    finally:
        leave.set()
        writer.join()
    found = fault_lab.run(mine.arguments("doctor"))
    assert found.code == 0, found.stderr
    assert not half.exists()


def test_nothing_is_lost_or_wrong_while_several_add_read_change_and_back_up(
    lab: fault_lab.Lab, tmp_path: Path
) -> None:
    """Some seconds of what `python tests/faults/soak.py` does for a minute."""
    ran, wrong = soak.soak(lab.copy(tmp_path / "lab"), 3, 3)
    assert not wrong
    assert ran.total() > 3
