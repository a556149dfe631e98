"""One server for one SQLite file: two would each think that they queue everybody."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from registration.core.private_files import private_folder
from registration.core.settings import ConfigurationError

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph", "afs"}
)


class DatabaseUse:
    """Held by every server, worker and command on *file* beside each other; `restore` holds it *alone*.

    Raises ConfigurationError.
    """

    def __init__(self, file: Path, *, alone: bool = False) -> None:
        self._file, self._alone = file, alone
        self._handle: int | None = None

    def __enter__(self) -> "DatabaseUse":
        kind = fcntl.LOCK_EX if self._alone else fcntl.LOCK_SH
        handle = _lock_file(self._file, "use")
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise ConfigurationError(
                "A server, a worker or a command works on this database. Stop it, and try again."
                if self._alone
                else "A copy is just being put in the place of this database. Try again when that is done."
            ) from None
        self._handle = handle
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class ServerLock:
    """Held while a server works on *file*; commands beside it need none. Raises ConfigurationError."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._handle: int | None = None

    def __enter__(self) -> "ServerLock":
        handle = _lock_file(self._file, "lock")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise ConfigurationError(
                "Another server works on this SQLite file. Stop it, or use PostgreSQL for several."
            ) from None
        self._handle = handle
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _lock_file(file: Path, kind: str) -> int:
    """Open the lock file beside *file*. What root makes belongs to whom the database belongs."""
    private_folder(file.parent)
    path = file.with_name(f"{file.name}.{kind}")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0:
        owner = (file if file.exists() else file.parent).stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)
    return handle


def refuse_network_file(file: Path, mounts: str | None = None) -> None:
    """Raise ConfigurationError when *file* lies on a network file system: SQLite's locks fail there."""
    table = Path("/proc/mounts").read_text(encoding="utf-8") if mounts is None else mounts
    best, kind = "", ""
    for row in table.splitlines():
        _device, point, its_kind, *_rest = row.split(" ")
        path = point.replace("\\040", " ")
        if file.absolute().is_relative_to(path) and len(path) >= len(best):
            best, kind = path, its_kind
    if kind in NETWORK:
        raise ConfigurationError(
            f"SQLite cannot work on a network file system ({kind}). Use a local disk, or PostgreSQL."
        )
