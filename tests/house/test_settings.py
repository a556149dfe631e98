"""No setting without an effect: each is read, checked, and driven through the real server."""

import re

from registration.core.setting_checks import CHECKS
from registration.core.settings import defaults
from registration.mail.checks import CHECKS as MAIL_CHECKS
from tests.house.files import CODE, read
from tests.server.test_settings import OF_ITS_OWN, ON_ONE_SERVER

# To look at a setting, to hide it or to name its range is not to use it.
LOOKING_ON = {"setting_checks.py", "checks.py"}


def readers_of(name: str) -> list[str]:
    wanted = re.compile(rf"""\[["']{name}["']\]""")
    return [path.name for path in CODE if path.name not in LOOKING_ON and wanted.search(read(path))]


def test_every_setting_is_read():
    assert [name for name in defaults() if not readers_of(name)] == []
    assert readers_of("NO_SUCH_SETTING") == []


def test_every_setting_is_checked():
    assert set(CHECKS) | set(MAIL_CHECKS) == set(defaults())


def test_every_setting_is_driven_through_the_real_server():
    assert set(ON_ONE_SERVER) | set(OF_ITS_OWN) == set(defaults())
    assert not set(ON_ONE_SERVER) & set(OF_ITS_OWN)
