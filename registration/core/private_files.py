"""Files about people belong to the user that runs this, and to nobody else on the machine."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_OTHERS = 0o007


def private_folder(folder: Path) -> None:
    """Make *folder*, and what is missing above it, for this user alone; one that is there stays as it is."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)


def private_file(file: Path) -> None:
    """Make *file*, empty, for this user alone; from one that is there, take what others may do.

    SQLite gives its -wal and -shm the mode and, as root, the owner of the file that they belong to.
    """
    file = file.resolve()
    # Never opens one that is there: to close it would drop the locks SQLite holds on it in this process.
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    mode = file.stat().st_mode & 0o777
    if mode & _OTHERS and file.stat().st_uid == os.geteuid():
        file.chmod(mode & ~_OTHERS)


def opened_private(file: Path) -> BinaryIO:
    """Open *file* to be written from its beginning, for this user alone."""
    private_file(file)
    return file.open("wb")
