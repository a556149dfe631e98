"""What the clients are fed with: made once for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.life import Story, hard_ones, tell, written
from tests.conftest import running, settings_for, sqlite_copy

CLIENTS = Path(__file__).resolve().parents[2] / ".venv-clients"


@pytest.fixture(scope="session")
def told(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Story, dict[str, Path]]]:
    """The story of one registration and all its calendars, as files by name."""
    folder = tmp_path_factory.mktemp("calendars")
    for app in running(settings_for(sqlite_copy(sqlite_template, folder), folder)):
        story = tell(app)
        yield story, written(folder, story, hard_ones(app))


@pytest.fixture(scope="session")
def clients() -> Path:
    """The folder of the clients' own environment."""
    assert (CLIENTS / ".installed").exists(), "Run `make clients` once: it gets the calendar programs."
    return CLIENTS
