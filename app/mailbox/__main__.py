"""`python -m app.mailbox --port N`: the mailbox's mail server, until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from urllib.parse import urlsplit

from flask import Flask

from app import create_app
from app.mailbox.sink import protocol

HOST = "127.0.0.1"  # never another: whoever can reach this door can fill the mailbox


async def serve(app: Flask, port: int) -> None:
    """Take mail until SIGTERM or SIGINT; what is being stored then is finished first."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    server = await loop.create_server(lambda: protocol(app), HOST, port)
    async with server:
        await stop.wait()
    await loop.shutdown_default_executor()


def main() -> None:
    """Serve on the given port, by default that of MAILBOX_URL."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's own log repeats addresses
    app = create_app()
    known = urlsplit(app.extensions["settings"].mailbox_url).port or 1025
    wanted = argparse.ArgumentParser(prog="python -m app.mailbox", description=__doc__)
    wanted.add_argument("--port", type=int, default=known, help="the port on loopback (default: %(default)s)")
    asyncio.run(serve(app, wanted.parse_args().port))


if __name__ == "__main__":
    main()
