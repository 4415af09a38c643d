"""Adding one large file, getting it back, adding 2,000 small ones: beside openssl, age, restic and borg.

.venv/bin/python bench/ingest.py [--runs N] [--dir DIR] [large] [get] [small]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import timing

GIB = 1 << 30


def casevault(vault: Path, *words: str) -> list[str]:
    return [str(timing.CASEVAULT), "--vault", str(vault), "--recovery-file", str(vault.parent / "recovery"), *words]


def new_vault(folder: Path) -> tuple[Path, str]:
    vault, sheet = folder / "v", folder / "recovery"
    shutil.rmtree(vault, ignore_errors=True)
    sheet.unlink(missing_ok=True)
    init = [str(timing.CASEVAULT), "--vault", str(vault), "init", "--no-passphrase", "--recovery-out", str(sheet)]
    subprocess.run([*init, "--no-input", "--json"], check=True, capture_output=True)
    made = subprocess.run(
        casevault(vault, "case", "new", "--from", "-", "--json"),
        input=b'{"title": "Benchmark"}', check=True, capture_output=True,
    )  # fmt: skip
    return vault, json.loads(made.stdout)["case"]["id"]


def age_key(folder: Path) -> tuple[Path, str]:
    key = folder / "age.key"
    subprocess.run(["age-keygen", "-o", str(key)], check=True, capture_output=True)
    return key, subprocess.run(
        ["age-keygen", "-y", str(key)], check=True, capture_output=True, text=True
    ).stdout.strip()


def random_file(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _ in range(0, size, 1 << 20):
            file.write(os.urandom(min(size, 1 << 20)))


def large(folder: Path, runs: int) -> None:
    source, sealed = folder / "big", folder / "big.age"
    random_file(source, GIB)
    vault, case = new_vault(folder)
    _, recipient = age_key(folder)

    def clean(name: str) -> None:
        sealed.unlink(missing_ok=True)
        if name == "casevault evidence add":
            shutil.rmtree(vault / "objects")
            (vault / "objects").mkdir()
        os.sync()

    commands = {
        "openssl dgst -sha256": ["openssl", "dgst", "-sha256", str(source)],
        "age -r": ["age", "-r", recipient, "-o", str(sealed), str(source)],
        "casevault evidence add": casevault(vault, "evidence", "add", case, str(source)),
    }
    series = timing.in_turn(commands, runs, between=clean)
    timing.show(series)
    slower = max(series["openssl dgst -sha256"].median, series["age -r"].median)
    print(f"add / slower of the two: {series['casevault evidence add'].median / slower:.2f} (at most 1.15)")


def get(folder: Path, runs: int) -> None:
    source, sealed, out = folder / "big", folder / "big.age", folder / "out"
    random_file(source, GIB)
    vault, case = new_vault(folder)
    key, recipient = age_key(folder)
    subprocess.run(["age", "-r", recipient, "-o", str(sealed), str(source)], check=True)
    added = subprocess.run(
        casevault(vault, "evidence", "add", case, str(source), "--json"), check=True, capture_output=True
    )
    item = json.loads(added.stdout)["evidence"][0]["id"]

    def clean(_: str) -> None:
        out.unlink(missing_ok=True)
        os.sync()

    commands = {
        "age -d": ["age", "-d", "-i", str(key), "-o", str(out), str(sealed)],
        "casevault evidence get": casevault(vault, "evidence", "get", item, "--out", str(out)),
    }
    series = timing.in_turn(commands, runs, between=clean)
    timing.show(series)
    print(f"get / age -d: {series['casevault evidence get'].median / series['age -d'].median:.2f} (at most 1.3)")


def small(folder: Path, runs: int) -> None:
    source = folder / "small"
    source.mkdir()
    for number in range(2000):
        (source / f"{number:04}").write_bytes(os.urandom(50 * 1024))
    restic, borg = folder / "restic", folder / "borg"
    os.environ |= {
        "RESTIC_PASSWORD": "benchmark", "BORG_PASSPHRASE": "benchmark", "RESTIC_CACHE_DIR": str(folder / "rc"),
        "BORG_BASE_DIR": str(folder / "bb"),
    }  # fmt: skip
    state: dict[str, str] = {}
    commands: dict[str, list[str]] = {
        "restic backup": ["restic", "-q", "-r", str(restic), "backup", str(source)],
        "borg create": ["borg", "create", f"{borg}::a", str(source)],
        "casevault evidence add -r": [],
    }

    def clean(name: str) -> None:
        if name == "restic backup":
            shutil.rmtree(restic, ignore_errors=True)
            subprocess.run(["restic", "-q", "-r", str(restic), "init"], check=True, capture_output=True)
        elif name == "borg create":
            shutil.rmtree(borg, ignore_errors=True)
            subprocess.run(["borg", "init", "-e", "repokey-blake2", str(borg)], check=True, capture_output=True)
        else:
            vault, state["case"] = new_vault(folder)
            commands[name][:] = casevault(vault, "evidence", "add", state["case"], "-r", str(source))
        os.sync()

    series = timing.in_turn(commands, runs, between=clean)
    timing.show(series)
    for other in ("restic backup", "borg create"):
        print(
            f"casevault / {other}: {series['casevault evidence add -r'].median / series[other].median:.2f} (below 1)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", choices=["large", "get", "small", []], default=[])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dir", help="where to work; needs 8 GB")
    given = parser.parse_args()
    for name in given.what or ["large", "get", "small"]:
        with tempfile.TemporaryDirectory(dir=given.dir) as folder:
            print(f"== {name}")
            {"large": large, "get": get, "small": small}[name](Path(folder), given.runs)


if __name__ == "__main__":
    main()
