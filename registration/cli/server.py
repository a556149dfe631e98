"""The server: waitress's, made so that the silent keep nobody out and a stop drops nothing that was taken."""

import logging
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from registration.cli.connections import Connections, open_many_files
from registration.cli.polling import PolledChannel

log = logging.getLogger(__name__)

# Seconds to send a request head in, from its first byte or from the beginning of the connection.
HEAD_SECONDS = 30
# Seconds that a stop gives to what was taken: to be answered; to come whole; to come at all.
ANSWER_SECONDS, BODY_SECONDS, FIRST_SECONDS = 25.0, 10.0, 0.5
# Seconds between two lines in the log that there is no room.
_TELL_SECONDS = 60.0
# Connections taken between two looks at the others.
_AT_ONCE = 256
# As many as Linux keeps for us (net.core.somaxconn) until they are taken.
_BACKLOG = 4096


class Listener(TcpWSGIServer):
    """One listening socket. Takes connections by the hundred, and makes room for them."""

    channel_class = PolledChannel
    next_channel_cleanup = 0.0

    def __init__(
        self, application: Any, sock: socket.socket, connections: Connections, **shared: Any
    ) -> None:
        self.connections = connections
        self._rests_until = self._tells_at = 0.0
        info = (sock.family, sock.type, sock.proto, sock.getsockname())
        super().__init__(application, _sock=sock, bind_socket=False, sockinfo=info, **shared)

    def add_task(self, task: PolledChannel) -> None:
        """Let a thread answer a request that has come whole."""
        self.connections.spoke(task)
        super().add_task(task)

    def readable(self) -> bool:
        """Say whether another connection can be taken now."""
        now = time.time()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + self.adj.cleanup_interval
            self.maintenance(now)
        return bool(self.accepting) and now >= self._rests_until

    def handle_accept(self) -> None:
        """Take the connections that wait; where there is no room, the silent go first."""
        for _one in range(_AT_ONCE):
            if not self._accept_one():
                return

    def accept_all(self) -> None:
        """Take whoever has already connected."""
        while self._accept_one():
            pass

    def maintenance(self, now: float) -> None:
        """Close what has been idle for long, and heads that come too slowly."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            since = channel.waits_since()
            if since is not None and now - since > HEAD_SECONDS and not channel.is_busy:
                channel.will_close = True

    def _accept_one(self) -> bool:
        if not self.connections.make_room():
            self._rest("every connection is busy")
            return False
        try:
            found = self.accept()
            if found is None:
                return False
            self.set_socket_options(found[0])
            self.channel_class(self, found[0], self.fix_addr(found[1]), self.adj, map=self._map)
        except OSError as error:
            # Too many open files, or a visitor who left in the same moment.
            if not self.connections.close_one():
                self._rest(error.strerror or "no connection could be taken")
                return False
        return True

    def _rest(self, why: str) -> None:
        """Take nobody for a moment: asking again at once would only heat the machine."""
        now = time.time()
        self._rests_until = now + 0.2
        if now >= self._tells_at:
            self._tells_at = now + _TELL_SECONDS
            log.warning("no room for another connection (%s)", why)


class Server:
    """Listeners that share threads, connections and one loop."""

    def __init__(
        self, application: Any, sockets: Sequence[socket.socket], threads: int, **options: Any
    ) -> None:
        self.connections = Connections(open_many_files())
        self._map: dict[int, Any] = {}
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(threads)
        # The addresses are those of the sockets; forwarded headers are judged in web/proxies.py.
        adjustments = Adjustments(
            sockets=list(sockets),
            threads=threads,
            backlog=_BACKLOG,
            ident=None,
            # Visitors leave in the middle of things all day long: no fault of anybody, and no traceback.
            log_socket_errors=False,
            clear_untrusted_proxy_headers=False,
            **options,
        )
        self.listeners = [
            Listener(
                application,
                one,
                self.connections,
                map=self._map,
                dispatcher=self._dispatcher,
                adj=adjustments,
            )
            for one in sockets
        ]

    def run(self, stop: threading.Event) -> None:
        """Serve until *stop* is set, then answer what was taken; `wake` makes it look at once."""
        while not stop.is_set():
            self._look(1.0)
        self._drain()

    def wake(self) -> None:
        """Let the loop look whether it shall stop; may be called from a signal handler."""
        self.listeners[0].pull_trigger()

    def close(self) -> None:
        """Close everything; a request that is still running loses its visitor."""
        self._dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map, ignore_all=True)

    def _look(self, seconds: float) -> None:
        # poll(), since select() ends at the descriptor 1024.
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _drain(self) -> None:
        """Take nobody more, and answer everybody who was taken, for a while."""
        began = time.monotonic()
        for listener in self.listeners:
            listener.accept_all()
            listener.accepting = False
            listener.del_channel()
            listener.socket.close()
        self.connections.is_draining = True
        while open_ := self.connections.open():
            waited = time.monotonic() - began
            for channel in open_:
                if not channel.is_busy and waited > (BODY_SECONDS if _is_coming(channel) else FIRST_SECONDS):
                    channel.will_close = True
            if waited > ANSWER_SECONDS:
                log.warning("stopped with %d requests unanswered", sum(one.is_busy for one in open_))
                return
            self._look(0.1)


def _is_coming(channel: PolledChannel) -> bool:
    return channel.request is not None
