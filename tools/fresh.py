"""Try the README's two commands in an empty Debian: `make fresh`, by root, where Debian's packages are had.

RELEASES="bookworm trixie" says in which, ARGS narrows the tests. The logs stay under build/fresh/.
The mounts are in a namespace of their own, which ends with whatever ends this program.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tools.fresh_machine import (
    MissingTool,
    apt_settings,
    certificates,
    debian_mirror,
    debootstrap,
    environment,
    npm_settings,
    own_sources,
    pip_settings,
)

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "fresh"
RELEASES = ("bookworm", "trixie")
# What the README says one needs, git to get the checkout, and what a registry with a certificate needs.
NEEDED = ("python3", "make", "git", "ca-certificates")
INSIDE = "/srv/registration"
START_SECONDS, MAIL_SECONDS = 600, 180
_NAMESPACE = "FRESH_NAMESPACE"


class Failed(Exception):
    """Say which step failed, and where its log is."""


class Machine:
    """One empty Debian: a folder to change the root to, its log, and the seconds of each step."""

    def __init__(self, release: str) -> None:
        self.release, self.root = release, PLACE / release
        self.log = PLACE / f"{release}.log"
        self.seconds: dict[str, float] = {}
        self.notes: dict[str, str] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step, and say how long it took."""
        began = time.monotonic()
        print(f"{self.release}: {name} ...", flush=True)
        yield
        self.seconds[name] = time.monotonic() - began
        print(f"{self.release}: {name}: {self.seconds[name]:.0f} s", flush=True)

    def run(self, *command: str, inside: bool = True) -> None:
        """Run a command to its end. Raises Failed, after the last lines of the log."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n")
            log.flush()
            done = subprocess.run(
                self._command(command, inside),
                env=environment() if inside else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise self.failed(f"`{' '.join(command)}` ended with {done.returncode}")

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command in the background, in a process group of its own."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self._command(command, inside=True),
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def failed(self, what: str) -> Failed:
        """Return the failure, with what the log says last."""
        last = self.log.read_text("utf-8", "replace").splitlines()[-30:]
        return Failed("\n".join([*last, f"{self.release}: {what}. The whole log: {self.log}"]))

    def _command(self, command: tuple[str, ...], inside: bool) -> list[str]:
        into = ["chroot", str(self.root), "sh", "-c", 'cd "$0" && exec "$@"']
        folder = INSIDE if (self.root / INSIDE[1:]).exists() else "/"
        return [*into, folder, *command] if inside else list(command)


def build(machine: Machine) -> None:
    """Make an empty Debian with what the README asks for, and the checkout's HEAD in it."""
    root = machine.root
    with machine.step("empty Debian"):
        mirror = debian_mirror()
        machine.run(
            *(debootstrap(), "--variant=minbase", machine.release, str(root)),
            *([mirror] if mirror else []),
            inside=False,
        )
    mounts = (
        ("mount", "-t", "proc", "proc", str(root / "proc")),
        ("mount", "--rbind", "/dev", str(root / "dev")),
        ("mount", "-t", "tmpfs", "tmpfs", str(root / "tmp")),
    )
    for mount in mounts:
        machine.run(*mount, inside=False)
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    (root / "etc/apt/apt.conf.d/99of-the-host").write_text(apt_settings())
    for name, text in own_sources(machine.release).items():
        (root / "etc/apt/sources.list").unlink(missing_ok=True)
        (root / "etc/apt/sources.list.d" / name).write_text(text)
    (root / "etc/pip.conf").write_text(pip_settings())
    (root / "srv/.npmrc").write_text(npm_settings())
    with machine.step("python3, make, git"):
        machine.run("apt-get", "update", "-qq")
        machine.run("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", *NEEDED)
        for path in certificates():
            shutil.copy(path, root / "usr/local/share/ca-certificates")
        machine.run("update-ca-certificates")
    with machine.step("git clone"):
        bundle = root / "srv/head.bundle"
        machine.run("git", "-C", str(ROOT), "bundle", "create", str(bundle), "HEAD", inside=False)
        machine.run("git", "clone", "-q", "/srv/head.bundle", INSIDE)


def serve(machine: Machine) -> None:
    """Run `make run`: the front page answers, all the demo's mails leave, and one can be read."""
    for name in ("make run, the first time", "make run, again"):
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        with machine.step(name):
            server = machine.start("make", "run", f"PORT={port}")
            _wait(machine, server, lambda address=address: _text(address) is not None, START_SECONDS, "serve")
        try:
            if "the demo's mails" not in machine.seconds:
                with machine.step("the demo's mails"):
                    _read_mails(machine, server, address)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(60)


def _read_mails(machine: Machine, server: subprocess.Popen[bytes], address: str) -> None:
    database = next((machine.root / INSIDE[1:] / "var").glob("*.sqlite3"))
    _wait(machine, server, lambda: not _states(database).get("open"), MAIL_SECONDS, "send its mails")
    states = _states(database)
    machine.notes["the demo's mails"] = ", ".join(f"{count} {state}" for state, count in states.items())
    if not states.get("sent") or states.get("failed"):
        raise machine.failed(f"the demo's mails are {states}")
    listed = _text(f"{address}/dev/mailbox/") or ""
    names = re.findall(r'href="(/dev/mailbox/[^/"]+\.eml/)"', listed)
    shown = _text(address + names[0]) if names else None
    if not shown or "<h1" not in shown:
        raise machine.failed("no mail can be read at /dev/mailbox/")


def _states(database: Path) -> dict[str, int]:
    """Return how many mails are in each state; open is what is due and not sent."""
    query = """
    SELECT CASE WHEN state IN ('pending', 'sending') THEN
        CASE WHEN due_at <= strftime('%Y-%m-%d %H:%M:%f', 'now') THEN 'open' ELSE 'later' END
        ELSE state END, count(*) FROM outgoing_message GROUP BY 1
    """
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return dict(connection.execute(query).fetchall())


def test(machine: Machine, arguments: str) -> None:
    """Run `make test`, and keep its closing line."""
    with machine.step("make test"):
        machine.run("make", "test", *([f"ARGS={arguments}"] if arguments else []))
    machine.notes["make test"] = (
        machine.log.read_text("utf-8", "replace").rstrip().split("\n")[-1].strip("= ")
    )


def _wait(machine: Machine, server: subprocess.Popen[bytes], is_so, seconds: int, what: str) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        if server.poll() is not None or time.monotonic() > end:
            raise machine.failed(f"`make run` did not {what}")
        time.sleep(0.5)


def _text(address: str) -> str | None:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.read().decode() if answer.status == 200 else None
    except OSError:
        return None


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return found.getsockname()[1]


def table(machines: list[Machine]) -> str:
    """Return seconds and findings of all steps, a column for each release."""
    steps = list(dict.fromkeys(step for machine in machines for step in machine.seconds))
    rows = [["step", *(machine.release for machine in machines)]]
    for step in steps:
        rows.append([step, *(_cell(machine, step) for machine in machines)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def _cell(machine: Machine, step: str) -> str:
    if step not in machine.seconds:
        return "–"
    return ", ".join(filter(None, [f"{machine.seconds[step]:.0f} s", machine.notes.get(step)]))


def _tried(releases: list[str], arguments: str) -> int:
    machines, failures = [], 0
    for release in releases:
        machine = Machine(release)
        machines.append(machine)
        shutil.rmtree(machine.root, ignore_errors=True)
        machine.log.unlink(missing_ok=True)
        try:
            build(machine)
            serve(machine)
            test(machine, arguments)
        except (Failed, MissingTool) as failure:
            failures += 1
            print(failure, file=sys.stderr)
    print(table(machines))
    return 1 if failures else 0


def main() -> int:
    """Try each release; return 1 when something failed, 2 when this machine cannot try."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", default="", help=f"of {' '.join(RELEASES)}")
    parser.add_argument("--args", default="", help="for pytest")
    given = parser.parse_args()
    releases = given.releases.split() or list(RELEASES)
    if os.environ.get(_NAMESPACE):
        return _tried(releases, given.args)
    try:
        debootstrap()
    except MissingTool as missing:
        print(missing, file=sys.stderr)
        return 2
    PLACE.mkdir(parents=True, exist_ok=True)
    unshare = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private")
    again = [*unshare, sys.executable, "-m", "tools.fresh", *sys.argv[1:]]
    try:
        return subprocess.run(again, env=os.environ | {_NAMESPACE: "1"}, cwd=ROOT, check=False).returncode
    finally:
        # The mounts went with the namespace: nothing of this machine hangs below.
        for release in releases:
            shutil.rmtree(PLACE / release, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
