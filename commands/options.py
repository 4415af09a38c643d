"""Global options: taken out of the command line wherever they stand, so that no command has to know them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from vault.errors import Usage

LANGUAGES = ("en", "ru")

FLAGS = {
    "--json": ("json", "Answer with one JSON object; never asks, is never translated."),
    "--no-input": ("no_input", "Never ask for anything."),
    "--require-jail": ("require_jail", "Read documents only where the worker's walls all stand."),
    "--accept-weak-jail": ("accept_weak_jail", "Read documents even where the worker's walls are weak."),
    "--accept-rollback": ("accept_rollback", "Use an older copy of the vault, knowingly; it is logged."),
    "--accept-sync-folder": ("accept_sync_folder", "Write where a cloud copies files away, knowingly; it is logged."),
    "--timings": ("timings", "Say how long each part took."),
    "--version": ("version", "Show the version."),
    "--help": ("help", "Show help."),
    "-h": ("help", ""),
}
VALUES = {
    "--vault": ("vault", "PATH", "The vault's folder (or CASEVAULT_PATH; else the place for your data)."),
    "--lang": ("lang", "en|ru", "The language for people."),
    "--passphrase-file": ("passphrase_file", "FILE", "Take the passphrase from a file's first line."),
    "--passphrase-fd": ("passphrase_fd", "N", "Take the passphrase from an open file descriptor."),
    "--recovery-file": ("recovery_file", "FILE", "Take the recovery code from a file's first line."),
    "--share-file": ("share_file", "FILE", "Take a trustee's share from a file's first line; once for each share."),
    "--identity": ("identity", "FILE", "A file with your secret key, made by 'casevault keygen'."),
}
REPEATED = ("share_file",)


class Globals(NamedTuple):
    """The global options of one call. No dataclass: loading those would slow the overview down."""

    vault: str | None = None
    json: bool = False
    no_input: bool = False
    lang: str | None = None
    passphrase_file: str | None = None
    passphrase_fd: str | None = None
    recovery_file: str | None = None
    share_file: tuple[str, ...] = ()
    identity: str | None = None
    accept_rollback: bool = False
    accept_sync_folder: bool = False
    require_jail: bool = False
    accept_weak_jail: bool = False
    timings: bool = False
    version: bool = False
    help: bool = False


def hoist(arguments: Sequence[str], base: Globals | None = None) -> tuple[Globals, list[str]]:
    """Global options from anywhere before `--`, over those of `base`, and what is left. Raises Usage."""
    found: dict[str, Any] = {}
    rest: list[str] = []
    pending = list(arguments)
    while pending:
        word = pending.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *pending]
            break
        if word in FLAGS:
            found[FLAGS[word][0]] = True
        elif name in VALUES:
            if not equals and (not pending or pending[0] in FLAGS or pending[0] in VALUES):
                raise Usage(f"{name} needs a value: {name} {VALUES[name][1]}")
            member, value = VALUES[name][0], value if equals else pending.pop(0)
            found[member] = (*found.get(member, ()), value) if member in REPEATED else value
        else:
            rest.append(word)
    return _checked((base or Globals())._replace(**found)), rest


def _checked(options: Globals) -> Globals:
    given = [options.passphrase_file, options.passphrase_fd, options.recovery_file, options.share_file or None]
    if sum(one is not None for one in given) > 1:
        raise Usage("give one secret: --passphrase-file, --passphrase-fd, --recovery-file or --share-file")
    if options.require_jail and options.accept_weak_jail:
        raise Usage("--require-jail and --accept-weak-jail exclude each other")
    if options.lang is not None and options.lang not in LANGUAGES:
        raise Usage("--lang is en or ru")
    return options
