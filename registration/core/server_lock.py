"""One server for one SQLite file: two would each think that they queue everybody."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from registration.core.settings import ConfigurationError

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph", "afs"}
)


class ServerLock:
    """Held while a server works on *file*; commands beside it need none. Raises ConfigurationError."""

    def __init__(self, file: Path) -> None:
        self._path = file.with_name(f"{file.name}.lock")
        self._handle: int | None = None

    def __enter__(self) -> "ServerLock":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
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
