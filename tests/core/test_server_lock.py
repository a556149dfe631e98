"""One server for one SQLite file, on a disk whose locks work."""

from pathlib import Path

import pytest

from registration.core.server_lock import ServerLock, refuse_network_file
from registration.core.settings import ConfigurationError

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
/dev/sdb1 /srv/events/local ext4 rw 0 0
server:/share /srv/events nfs4 rw 0 0
//server/share /srv/with\\040blank cifs rw 0 0
tmpfs /srv/events-of-ours tmpfs rw 0 0
"""


def test_a_second_server_on_one_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "new" / "registration.sqlite3"
    with ServerLock(file), pytest.raises(ConfigurationError, match="Another server"), ServerLock(file):
        pass


def test_a_server_may_start_when_the_other_has_ended(tmp_path: Path) -> None:
    file = tmp_path / "registration.sqlite3"
    with ServerLock(file):
        pass
    with ServerLock(file):
        pass


def test_two_files_have_two_servers(tmp_path: Path) -> None:
    with ServerLock(tmp_path / "one"), ServerLock(tmp_path / "two"):
        pass


@pytest.mark.parametrize(
    ("file", "kind"),
    [("/srv/events/var/registration.sqlite3", "nfs4"), ("/srv/with blank/registration.sqlite3", "cifs")],
)
def test_a_file_on_a_network_is_refused(file: str, kind: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"\({kind}\)"):
        refuse_network_file(Path(file), MOUNTS)


@pytest.mark.parametrize(
    "file",
    [
        "/var/lib/registration.sqlite3",
        "/srv/events/local/registration.sqlite3",
        "/srv/events-of-ours/r.sqlite3",
    ],
)
def test_a_local_file_is_not_refused(file: str) -> None:
    refuse_network_file(Path(file), MOUNTS)


def test_the_machines_own_mounts_can_be_read(tmp_path: Path) -> None:
    refuse_network_file(tmp_path / "registration.sqlite3")
