"""The service manager's end of sd_notify(3)."""
import os
import socket
import threading

from lib.wait import wait_until


def address(name):
    return "\0" + name[1:] if name.startswith("@") else name


class Listener:
    """Hears everything that is sent to its socket, a message at a time."""

    def __init__(self, name):
        self.name = name
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address(name))
        self.said = []
        self.thread = threading.Thread(target=self.hear, daemon=True)
        self.thread.start()

    def hear(self):
        while True:
            words = self.socket.recv(65536).decode()
            if words == "over":
                return
            self.said.append(words)

    def count(self, word):
        return sum(s.startswith(word) for s in self.said)

    def wait_for(self, word, more_than=0):
        wait_until(lambda: self.count(word) > more_than,
                   f"the manager hears {word}: {self.said}")

    def firsts(self, *words):
        """These words, in the order in which each was heard first."""
        return sorted((w for w in words if self.count(w)), key=lambda w: next(
            i for i, s in enumerate(self.said) if s.startswith(w)))

    def send(self, words):
        """The socket's name is ours to send to, too."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as me:
            me.sendto(words.encode(), address(self.name))

    def close(self):
        self.send("over")
        self.thread.join()
        self.socket.close()
        if not self.name.startswith("@"):
            os.unlink(self.name)
