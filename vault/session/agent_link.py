"""The way to the agent on this system: a Unix socket, or a named pipe."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from vault.session.agent_pipe import Listener, connect, everyone, sweep
else:
    from vault.session.agent_socket import Listener, connect, everyone, sweep

__all__ = ["Listener", "connect", "everyone", "sweep"]
