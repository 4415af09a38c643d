"""A worker of the `names` job that a text has taken over: it answers what the test tells it to. Run as a process."""

from __future__ import annotations

import json
import sys
import time

from vault.worker import frames


def main() -> None:
    how, answer = sys.argv[1], sys.argv[2]
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    frames.read_header(source)
    if how == "never-ready":
        time.sleep(600)
    frames.write_answer(sink, {"status": "done", "answer": {}})
    while frames.read_next(source) is not None:
        frames.read_blob(source)
        if how == "sleep":
            time.sleep(600)
        if how == "die":
            sys.exit(0)
        if how == "flood":
            sink.write(frames.ANSWER_MAGIC + b"\xff\xff\xff\xff")
        elif how == "raw":
            sink.write(answer.encode())
        elif how == "blobs":
            frames.write_answer(sink, {"status": "done", "answer": {"found": []}}, [b"x"])
        else:
            frames.write_answer(sink, {"status": "done", "answer": {"found": json.loads(answer)}})
        sink.flush()


if __name__ == "__main__":
    main()
