"""`casevault bundle`: made for a recipient, verified and opened by them, listed, called back, proved."""

from __future__ import annotations

from commands import (
    bundle_again,
    bundle_create,
    bundle_exhibits,
    bundle_ledger,
    bundle_packet,
    bundle_prove,
    bundle_receive,
    bundle_trace,
)
from commands.app import new_app

app = new_app()

app.command("create")(bundle_create.create)
app.command("verify")(bundle_receive.verify)
app.command("open")(bundle_receive.open_)
app.command("list")(bundle_ledger.listing)
app.command("again")(bundle_again.again)
app.command("mark")(bundle_ledger.mark)
app.command("recall")(bundle_ledger.recall)
app.command("packet")(bundle_packet.packet)
app.command("prove")(bundle_prove.prove)
app.command("trace")(bundle_trace.trace)
app.command("exhibits")(bundle_exhibits.exhibits)
