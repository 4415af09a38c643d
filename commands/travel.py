"""`casevault travel`: a laptop that its holder can't be made to open."""

from __future__ import annotations

from commands import travel_answer, travel_checklist, travel_close, travel_end, travel_send, travel_start
from commands.app import new_app

app = new_app()

app.command("prepare")(travel_start.prepare)
app.command("start")(travel_start.start)
app.command("now")(travel_close.now)
app.command("end")(travel_end.end)
app.command("answer")(travel_answer.answer)
app.command("send")(travel_send.send)
app.command("receive")(travel_send.receive)
app.command("checklist")(travel_checklist.checklist)
