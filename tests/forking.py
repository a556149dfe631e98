"""Processes forked from one that has read the program once: each costs a fork, and no second and a half."""

import ctypes
import os
import struct
import subprocess
import sys
import tempfile
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from registration.cli import main

# What forks is started once in a run, with all that any of its children needs.
_PRELOADED = [
    "registration.app",
    "tests.forking",
    "tests.faults.dying_worker",
    "tests.faults.killing",
    "tests.races.contest",
    # The last, as it says what no child will change.
    "tests.warm",
]

_NOTHING = Path(os.devnull)
# linux/capability.h
_CAPABILITY_VERSION_3 = 0x20080522


def forking() -> ForkServerContext:
    """Return what starts such processes, with the interface of multiprocessing."""
    context = get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def started(
    folder: Path,
    words: tuple[str, ...],
    environ: dict[str, str],
    out: Path,
    err: Path,
    *,
    obeys: bool = False,
    given: Path = _NOTHING,
) -> ForkServerProcess:
    """Start `registration` with *words* in *folder*; what it says is added to *out* and *err*.

    *obeys* takes from root what lets it pass the modes of files. What is *given* it can read.
    """
    arguments = (folder, words, environ, out, err, obeys, given)
    process = forking().Process(target=_command, args=arguments)
    process.start()
    return process


def commanded(
    folder: Path, words: tuple[str, ...], environ: dict[str, str], *, obeys: bool = False, given: bytes = b""
) -> "subprocess.CompletedProcess[str]":
    """Run such a command, which reads what is *given*; return how it ended and what it said."""
    with tempfile.TemporaryDirectory(prefix="said-") as said:
        out, err = Path(said) / "out", Path(said) / "err"
        (Path(said) / "in").write_bytes(given)
        process = started(folder, words, environ, out, err, obeys=obeys, given=Path(said) / "in")
        process.join(120)
        code = process.exitcode
        if code is None:
            process.kill()
            raise subprocess.TimeoutExpired(words, 120)
        process.close()
        return subprocess.CompletedProcess(words, code, out.read_text("utf-8"), err.read_text("utf-8"))


def _command(
    folder: Path,
    words: tuple[str, ...],
    environ: dict[str, str],
    out: Path,
    err: Path,
    obeys: bool,
    given: Path,
) -> None:
    for path, descriptor in ((out, 1), (err, 2)):
        # Both may go to one file.
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - open until the end
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115 - open until the end
    os.dup2(os.open(given, os.O_RDONLY), 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - open until the end
    if obeys:
        _obey_modes()
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    sys.argv = ["registration", *words]
    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _obey_modes() -> None:
    """Take all capabilities from this process, so that root too is stopped by the modes of files."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    if libc.capset(header, bytes(24)) != 0:
        raise OSError(ctypes.get_errno(), "capset")
