"""When the agent locks the vault: asked to, in time, or as something happened to its holder."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import agent_tools
import pytest
import vaults
from agent_tools import Held, ended, wait_for

import tools
from vault.crypto.keys import VaultKeys
from vault.errors import Locked, Usage
from vault.store import header_file
from vault.usecases import agent_begin, agent_lock, agent_remote, cases, headers, opening

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc as Linux has them")


def locks(held: Held) -> list[tuple[str | None, int | None]]:
    with held.own() as vault:
        assert vault.log.verify().ok
        return [(one.outcome, one.count) for one in vault.log.entries(action="vault.lock")]


def test_lock_erases_logs_and_ends(held: Held, runtime: Path) -> None:
    process, path = held.process, held.socket
    assert agent_remote.lock(held.folder, header_file.read(held.folder).vault)
    wait_for(lambda: ended(process))
    assert not path.exists()
    assert not held.is_open()
    ((outcome, seconds),) = locks(held)
    assert outcome == "ok"
    assert seconds is not None
    assert seconds < 600
    with held.own() as vault:
        (unlocked,) = vault.log.entries(action="vault.unlock")
        assert unlocked.count == 600
    assert agent_lock.lock_every().count == 0


def test_two_vaults_are_kept_and_locked_apart(tmp_path: Path, held: Held) -> None:
    other = agent_tools.keep_another(tmp_path / "other")
    assert held.is_open()
    agent_remote.lock(other, header_file.read(other).vault)
    assert held.is_open()
    assert agent_remote.left(other, header_file.read(other).vault) is None
    agent_tools.keep(other)
    assert agent_lock.lock_every().count == 2
    assert not held.is_open()


def test_a_copy_at_another_place_is_another_vault(tmp_path: Path, held: Held) -> None:
    vault = header_file.read(held.folder).vault
    assert agent_remote.left(tmp_path / "copy", vault) is None
    (tmp_path / "link").symlink_to(held.folder)
    assert agent_remote.left(tmp_path / "link", vault) is not None


def test_unlocking_again_counts_anew_in_a_new_process(held: Held) -> None:
    before = held.process
    agent_tools.keep(held.folder, seconds=7200, idle=60)
    assert ended(before)
    left = agent_remote.left(held.folder, header_file.read(held.folder).vault)
    assert left is not None
    assert 7100 < left.seconds <= 7200
    assert left.idle == 60


def test_times_out_of_bounds_are_refused_before_anything_starts(held: Held) -> None:
    for seconds, idle in ((0, 0), (10, 0), (10, 11), (12 * 3600 + 1, 10), (-5, -5)):
        with pytest.raises(Usage):
            agent_tools.keep(held.folder, seconds=seconds, idle=idle)
    assert held.is_open()


def test_it_locks_when_its_time_is_over_whoever_is_at_work(tmp_path: Path, runtime: Path) -> None:
    held = agent_tools.hold(tmp_path / "vault", seconds=3, idle=3)
    process = held.process
    with held.open() as vault:
        wait_for(lambda: ended(process))
        with pytest.raises(Locked):
            vault.note("vault.status")
        with pytest.raises(Locked):
            cases.new(vault, "Слишком поздно")
    assert locks(held)[0][0] == "ok"
    with held.own() as vault:
        assert len(list(vault.catalogue.all(cases.Case))) == 2


def test_it_locks_when_idle_but_not_under_a_command(tmp_path: Path, runtime: Path) -> None:
    held = agent_tools.hold(tmp_path / "vault", seconds=600, idle=1)
    process = held.process
    with held.open() as vault:
        time.sleep(2.5)
        vault.note("vault.status")
    agent = held.agent(shell=True)
    assert held.is_open()
    wait_for(lambda: ended(process))  # a shell that waits for a person is no use
    with pytest.raises(Locked):
        agent.ask({"ask": "forget", "case": "C-00000"})
    agent.close()
    assert locks(held)[0][0] == "ok"


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGINT"])
def test_it_locks_when_the_system_ends_it(held: Held, name: str) -> None:
    process = held.process
    process.send_signal(getattr(signal, name))
    wait_for(lambda: ended(process))
    assert locks(held)[0][0] == "cancelled"


def test_it_outlives_the_terminal(held: Held) -> None:
    import os

    process = held.process
    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    assert process.terminal() is None
    assert process.cwd() == "/"


def test_it_locks_when_the_vault_goes_or_its_key_slots_change(tmp_path: Path, held: Held) -> None:
    process = held.process
    held.folder.rename(tmp_path / "away")
    wait_for(lambda: ended(process))
    (tmp_path / "away").rename(held.folder)
    agent_tools.keep(held.folder)
    process = held.process
    found = opening.unlock(held.folder, vaults.CODE)
    from vault.crypto import slots

    extra = headers.record_of(slots.make(slots.RecoveryCode(bytes(32)), found.root))
    with opening.opened(held.folder, found) as vault:
        headers.change(vault, VaultKeys.derive(found.root), "key.add", lambda old: (*old, extra))
    wait_for(lambda: ended(process))
    assert {outcome for outcome, _ in locks(held)} == {"cancelled"}


def test_it_locks_when_its_socket_is_taken_away(held: Held) -> None:
    process = held.process
    held.socket.unlink()
    wait_for(lambda: ended(process))
    assert locks(held)[0][0] == "cancelled"


def test_it_locks_when_it_stood_still_for_long(held: Held) -> None:
    """A stopped process, as in a machine that sleeps: time that passes meanwhile counts."""
    agent_tools.keep(held.folder, seconds=2, idle=2)
    process = held.process
    process.suspend()
    time.sleep(2.5)
    process.resume()
    wait_for(lambda: ended(process))
    assert locks(held)[-1][0] == "ok"


def test_killed_in_mid_command_nothing_is_half_done(held: Held) -> None:
    with held.open() as vault:
        held.process.kill()
        with pytest.raises(Locked):
            cases.new(vault, "Не будет")
    with held.own() as vault:
        assert [one.title for one in vault.catalogue.all(cases.Case)] == ["Первое дело", "Второе дело"]
        assert vault.log.verify().ok
    assert not held.is_open()
    # What the killed one left is a socket at which nobody listens.
    assert len(agent_tools.sockets()) == 1
    agent_tools.keep(held.folder)
    assert held.is_open()


def test_killed_between_intent_and_outcome_the_log_explains_the_rows(held: Held) -> None:
    from vault.usecases import rowcheck

    with held.open() as vault:
        commit = vault._close_intents
        kill = threading.Event()

        def close(*arguments: object) -> None:
            held.process.kill()
            kill.set()
            commit(*arguments)  # type: ignore[arg-type]

        vault._close_intents = close  # type: ignore[method-assign]
        with pytest.raises(Locked):
            cases.change(vault, held.first, note="Записано, а исход — нет")
    assert kill.is_set()
    with held.own() as vault:
        assert vault.catalogue.require(cases.Case, held.first).note == "Записано, а исход — нет"
        assert rowcheck.all_problems(vault) == []
        assert vault.log.verify().ok


# ---- What the system tells -----------------------------------------------------------------------------------------

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"""


@pytest.fixture
def bus(runtime: Path) -> object:
    """A message bus of our own, with its real daemon."""
    config, path = runtime / "bus.conf", runtime / "bus.socket"
    config.write_text(BUS.format(path=path))
    process = subprocess.Popen([tools.program("dbus-daemon"), f"--config-file={config}", "--nofork"])
    try:
        wait_for(path.exists)
        yield f"unix:path={path}"
    finally:
        process.terminate()
        process.wait()


def said(address: str, path: str, signal_: str, *values: str) -> None:
    done = subprocess.run(
        [tools.program("dbus-send"), f"--bus={address}", "--type=signal", path, signal_, *values], timeout=60
    )
    assert done.returncode == 0


@pytest.mark.parametrize("interface", ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"])
def test_it_locks_with_the_screen(held: Held, bus: str, monkeypatch: pytest.MonkeyPatch, interface: str) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
    assert agent_tools.keep(held.folder).knows == ("screen",)
    process = held.process
    path = "/" + interface.replace(".", "/")
    said(bus, path, f"{interface}.ActiveChanged", "boolean:false")
    said(bus, path, f"{interface}.SomethingElse", "boolean:true")
    time.sleep(0.5)
    assert held.is_open()
    said(bus, path, f"{interface}.ActiveChanged", "boolean:true")
    wait_for(lambda: ended(process))
    assert locks(held)[-1][0] == "cancelled"


@pytest.mark.parametrize("signal_", ["PrepareForSleep", "Lock"])
def test_it_locks_before_the_machine_sleeps(
    held: Held, bus: str, monkeypatch: pytest.MonkeyPatch, signal_: str
) -> None:
    """The login manager's signals, from whoever bears its name on the bus: from others they say nothing."""
    jeepney = pytest.importorskip("jeepney")
    from jeepney.io.blocking import open_dbus_connection

    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    with open_dbus_connection(bus) as manager:
        manager.send_and_get_reply(jeepney.message_bus.RequestName("org.freedesktop.login1"))
        asked = jeepney.MatchRule(type="method_call", member="Inhibit")
        inhibits: list[tuple[object, ...]] = []

        def answer() -> None:
            message = manager.receive()
            while message.header.fields.get(jeepney.HeaderFields.member) != "Inhibit":
                message = manager.receive()
            inhibits.append(message.body)
            manager.send(jeepney.new_error(message, "org.example.No"))

        assert asked
        thread = threading.Thread(target=answer)
        thread.start()
        assert agent_tools.keep(held.folder).knows == ("sleep",)
        thread.join()
        assert inhibits[0][0] == "sleep"
        assert inhibits[0][3] == "delay"
        process = held.process
        interface = "Manager" if signal_ == "PrepareForSleep" else "Session"
        emitter = jeepney.DBusAddress("/org/freedesktop/login1", interface=f"org.freedesktop.login1.{interface}")
        arguments = ("b", (True,)) if signal_ == "PrepareForSleep" else (None, ())
        with open_dbus_connection(bus) as stranger:
            stranger.send(jeepney.new_signal(emitter, signal_, *arguments))
            time.sleep(0.5)
            assert held.is_open()
        manager.send(jeepney.new_signal(emitter, signal_, *arguments))
        wait_for(lambda: ended(process))
    assert locks(held)[-1][0] == "cancelled"


def test_a_bus_that_is_none_is_only_not_known(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "tcp:host=localhost,port=1;unix:path=/nonexistent;nonsense")
    begun = agent_tools.keep(held.folder)
    assert isinstance(begun, agent_begin.Begun)
    assert begun.knows == ()
    assert held.is_open()
