"""Processes forked from one that has read the program once: each costs a fork, and no second and a half."""

import ctypes
import os
import struct
import subprocess
import sys
import tempfile
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

from registration.cli import main

# What forks is started once in a run, with all that any of its children needs.
_PRELOADED = [
    "registration.app",
    "tests.warm",
    "tests.forking",
    "tests.faults.killing",
    "tests.races.contest",
]


# linux/capability.h
_CAPABILITY_VERSION_3 = 0x20080522


def forking() -> ForkServerContext:
    """Return what starts such processes, with the interface of multiprocessing."""
    context = get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def commanded(
    folder: Path, words: tuple[str, ...], environ: dict[str, str], *, obeys: bool = False
) -> "subprocess.CompletedProcess[str]":
    """Run `registration` with *words* in *folder* and return how it ended and what it said.

    *obeys* takes from root what lets it pass the modes of files.
    """
    with tempfile.TemporaryDirectory(prefix="said-") as said:
        out, err = Path(said) / "out", Path(said) / "err"
        process = forking().Process(target=_command, args=(folder, words, environ, out, err, obeys))
        process.start()
        process.join(120)
        code = process.exitcode
        if code is None:
            process.kill()
            raise subprocess.TimeoutExpired(words, 120)
        process.close()
        return subprocess.CompletedProcess(words, code, out.read_text("utf-8"), err.read_text("utf-8"))


def _command(
    folder: Path, words: tuple[str, ...], environ: dict[str, str], out: Path, err: Path, obeys: bool
) -> None:
    for path, descriptor in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - open until the end
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - open until the end
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
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
