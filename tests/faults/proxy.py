"""A proxy between the product and PostgreSQL that can cut the line once a COMMIT was sent.

The client then does not know whether its transaction happened. It did: the server was given the COMMIT, and only its
answer is lost; or, told so, it did not: the COMMIT itself is lost.
"""

from __future__ import annotations

import socket
import threading

COMMIT = b"COMMIT"


class Proxy:
    """Listens on a port of its own; `cut(n)` loses the answers to the next n commits, `cut(n, before=True)` them."""

    def __init__(self, target):
        self.target, self.lock = target, threading.Lock()
        self.answers = self.commits = 0
        self.lost = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def cut(self, number, before=False):
        with self.lock:
            if before:
                self.commits += number
            else:
                self.answers += number

    def _accept(self):
        while True:
            try:
                client, _address = self.server.accept()
            except OSError:
                return  # we are closed
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:  # nobody is there at the moment
                _hang_up(client)
                continue
            for one, other, look in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._carry, args=(one, other, look), daemon=True).start()

    def _carry(self, one, other, look):
        try:
            while said := one.recv(65536):
                how = self._cuts(said) if look else ""
                if how == "before":
                    break
                if how == "after":
                    self._lose_the_answer(one, other, said)
                    break
                other.sendall(said)
        except OSError:
            pass
        for each in (one, other):
            _hang_up(each)

    def _cuts(self, said):
        if COMMIT not in said:
            return ""
        with self.lock:
            if self.commits:
                self.commits -= 1
                self.lost.append("before")
                return "before"
            if self.answers:
                self.answers -= 1
                self.lost.append("after")
                return "after"
        return ""

    @staticmethod
    def _lose_the_answer(client, server, said):
        """Cut the client off first, so that no answer can reach it; then let the server do as it was told."""
        _hang_up(client)
        server.sendall(said)
        threading.Event().wait(0.2)  # for a server that is about to commit; what it says goes nowhere

    def close(self):
        self.server.close()


def _hang_up(line):
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    line.close()
