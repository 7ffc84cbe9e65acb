"""A way to a PostgreSQL server that can break where it hurts: right behind a
COMMIT, before the server has it or before its answer is back."""
import os
import socket
import threading

SOCKET = ".s.PGSQL.5432"
COMPLETE, QUERY = b"C", b"Q"


class Messages:
    """Bytes of one direction, cut into (type, whole message). The first one
    of a client has no type."""

    def __init__(self, typed):
        self.rest, self.typed = b"", typed

    def take(self, data):
        self.rest += data
        found = []
        while True:
            head = 1 if self.typed else 0
            if len(self.rest) < head + 4:
                return found
            length = head + int.from_bytes(self.rest[head:head + 4], "big")
            if len(self.rest) < length:
                return found
            found.append((self.rest[:head], self.rest[:length]))
            self.rest, self.typed = self.rest[length:], True


class Proxy:
    """Forwards whoever comes to a socket in folder. cut: the number of the
    COMMIT at which the cable breaks, once. reply: the server has done it and
    nobody hears of it; else it never gets there."""

    def __init__(self, folder, server_dir, cut, reply):
        folder.mkdir()
        self.dir, self.server_dir = folder, server_dir
        self.left, self.reply = cut, reply
        self.was_cut = threading.Event()
        self.lock = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(folder / SOCKET))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:  # closed
                return
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            server.connect(os.path.join(self.server_dir, SOCKET))
            for pair in ((client, server, False), (server, client, True)):
                threading.Thread(target=self.forward, args=pair,
                                 daemon=True).start()

    def breaks(self, kind, message, from_server):
        """This is the one."""
        if from_server != self.reply:
            return False
        if from_server:
            counts = kind == COMPLETE and message[5:] == b"COMMIT\0"
        else:
            counts = kind == QUERY and b"COMMIT" in message[5:]
        if not counts:
            return False
        with self.lock:
            self.left -= 1
            return self.left == 0

    def forward(self, one, other, from_server):
        messages = Messages(from_server)
        try:
            while data := one.recv(65536):
                for kind, message in messages.take(data):
                    if self.breaks(kind, message, from_server):
                        self.was_cut.set()
                        return
                    other.sendall(message)
        except OSError:  # the other direction has closed it
            pass
        finally:
            for end in (one, other):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def close(self):
        self.listener.close()
