"""The mail sink: a mail server in a process of its own, which knows what it accepted and misbehaves when told to.

It is the oracle. What it takes is in its log, on the disk, before it says 250. Standard library only, so that it starts
at once. `python -m tests.faults.sink LOG` prints its two ports: for mail, and for what it is told.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from collections import defaultdict, deque
from pathlib import Path

# In the order in which a mail meets them. BODY is between 354 and the dot.
STAGES = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "DOT")
PLAIN = {"CONNECT": "220 sink", "EHLO": "250-sink\r\n250 PIPELINING", "MAIL": "250 ok", "RCPT": "250 ok",
         "DATA": "354 go on", "DOT": "250 kept"}  # fmt: skip
# What can go wrong at a stage; `lost` and `kept` close the connection after the dot, before or after storing.
ACTS = ("later", "never", "close", "hang", "drip")
DOT_ACTS = ("later", "never", "lost", "kept", "hang", "drip", "late")
WORDS = {"later": "451 4.7.1 greylisted, come back", "never": "554 5.7.1 not wanted here"}
HANG = 20.0  # seconds; longer than any patience of the stage
MARK = re.compile(rb"qzshop\d+")
WORD = re.compile(rb"\b[A-Z]{10,20}\b")  # shared codes, as the tests name them
HEADER = {name: re.compile(rb"^" + name.encode() + rb":\s*(.+?)\r\n(?![ \t])", re.I | re.M | re.S)
          for name in ("Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")}  # fmt: skip


class Closed(Exception):
    """This connection ends here."""


class Sink:
    """What was taken, and what goes wrong next: `moods` holds for each stage the acts still to be played."""

    def __init__(self, log: Path) -> None:
        self.log = log.open("ab")
        self.moods: dict[str, deque[str]] = defaultdict(deque)
        self.played: list[tuple[str, str]] = []

    def mood(self, stage: str) -> str:
        if not self.moods[stage]:
            return ""
        act = self.moods[stage].popleft()
        self.played.append((stage, act))
        return act

    def store(self, recipients: list[str], raw: bytes) -> None:
        """Write what was accepted, and let it reach the disk."""
        found = {name: pattern.search(raw) for name, pattern in HEADER.items()}
        told = {
            name: match.group(1).decode("ascii", "replace") if match else "" for name, match in found.items()
        }
        unbroken = raw.replace(b"=\r\n", b"")
        words = {word.decode() for word in WORD.findall(unbroken)}
        marks = sorted({mark.decode() for mark in MARK.findall(unbroken)})
        line = {"id": told["Message-ID"].strip("<> \r\n"), "to": recipients, "marks": marks, "words": sorted(words),
                "unsubscribe": told["List-Unsubscribe"], "post": told["List-Unsubscribe-Post"],
                "at": time.time()}  # fmt: skip
        self.log.write(json.dumps(line).encode() + b"\n")
        self.log.flush()
        os.fsync(self.log.fileno())

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            await Conversation(self, reader, writer).hold()
        except (Closed, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take orders: {"stage", "act", "count"} adds to the moods, {} only asks. Answers with what is left."""
        while line := await reader.readline():
            told = json.loads(line)
            if told.get("stage"):
                self.moods[told["stage"]].extend([told["act"]] * told.get("count", 1))
            if told.get("calm"):
                self.moods.clear()
            left = {stage: list(acts) for stage, acts in self.moods.items() if acts}
            writer.write(json.dumps({"left": left, "played": self.played}).encode() + b"\n")
            await writer.drain()


class Conversation:
    """One connection."""

    def __init__(self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sink, self.reader, self.writer = sink, reader, writer
        self.recipients: list[str] = []

    async def hold(self) -> None:
        await self.answer("CONNECT")
        while line := await self.reader.readline():
            verb = line[:4].upper().strip()
            if verb in (b"EHLO", b"HELO"):
                await self.answer("EHLO")
            elif verb == b"MAIL":
                self.recipients = []
                await self.answer("MAIL")
            elif verb == b"RCPT":
                if await self.answer("RCPT"):
                    self.recipients.append(line.split(b"<", 1)[-1].split(b">")[0].decode("ascii", "replace"))
            elif verb == b"DATA":
                if await self.answer("DATA"):
                    await self.body()
            elif verb == b"QUIT":
                await self.say("221 bye")
                return
            else:
                await self.say("250 ok")

    async def body(self) -> None:
        """Take a body and its dot."""
        if act := self.sink.mood("BODY"):
            if act == "hang":  # nothing is read any more
                await asyncio.sleep(HANG)
            if act in ("close", "hang"):
                raise Closed
        lines = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line.endswith(b"\r\n"):
                raise Closed  # no dot, no mail
            lines.append(line[1:] if line.startswith(b"..") else line)
        await self.dot(b"".join(lines))

    async def dot(self, raw: bytes) -> None:
        act = self.sink.mood("DOT")
        if act in WORDS:
            await self.say(WORDS[act])
            return
        if act == "lost":
            raise Closed
        self.sink.store(self.recipients, raw)
        if act == "kept":
            raise Closed
        await self.say(PLAIN["DOT"], act)

    async def answer(self, stage: str) -> bool:
        """Answer as the mood of this stage is; True when it was a yes."""
        act = self.sink.mood(stage)
        if act == "close":
            raise Closed
        words = WORDS.get(act, PLAIN[stage])
        if stage == "CONNECT" and act in WORDS:
            words = "421 4.3.2 not now" if act == "later" else WORDS[act]
        await self.say(words, act)
        if stage == "CONNECT" and act in WORDS:
            raise Closed
        return act not in WORDS

    async def say(self, words: str, act: str = "") -> None:
        if act in ("hang", "late"):
            await asyncio.sleep(HANG if act == "hang" else HANG / 4)
        if act == "drip":
            for byte in words[:4].rstrip() + " \r\n":
                self.writer.write(byte.encode())
                await self.writer.drain()
                await asyncio.sleep(1)
            return
        self.writer.write(words.encode() + b"\r\n")
        await self.writer.drain()


async def serve(log: Path) -> None:
    """Listen on two free ports until the process ends."""
    sink = Sink(log)
    mail = await asyncio.start_server(sink.speak, "127.0.0.1", 0)
    orders = await asyncio.start_server(sink.listen, "127.0.0.1", 0)
    ports = [server.sockets[0].getsockname()[1] for server in (mail, orders)]
    print(json.dumps(ports), flush=True)
    await asyncio.gather(mail.serve_forever(), orders.serve_forever())


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
