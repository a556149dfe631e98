"""Settings come from config.py, then the environment, and production refuses what is unsafe."""

import secrets
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registration.core.bundled import bundled
from registration.core.settings import ConfigurationError, defaults, load_settings, masked

LONG = "a secret of thirty-two characters"
SAFE = {
    "REGISTRATION_ENV": "production",
    "REGISTRATION_SECRET_KEY": LONG,
    "REGISTRATION_BASE_URL": "https://events.example.org",
    "REGISTRATION_DATA": "/srv/registration",
    "REGISTRATION_MAIL_URL": "smtp://relay.example.org",
}


def test_development_needs_no_setting(tmp_path: Path) -> None:
    settings = load_settings({}, {"DATA": str(tmp_path)})
    assert settings["ENV"] == "development"
    assert settings["DATABASE_URL"] == f"sqlite:///{tmp_path}/registration.sqlite3"
    assert settings["MAIL_URL"] == f"file://{tmp_path}/mails"
    assert len(settings["SECRET_KEY"]) >= 32


def test_the_environment_wins_over_the_file_and_an_override_over_both() -> None:
    environ = SAFE | {"REGISTRATION_SITE_NAME": " Events of DITTA "}
    assert load_settings(environ)["SITE_NAME"] == "Events of DITTA"
    assert load_settings(environ, {"SITE_NAME": "Ours"})["SITE_NAME"] == "Ours"


def test_a_variable_of_another_program_changes_nothing() -> None:
    assert load_settings(SAFE | {"SITE_NAME": "Theirs"})["SITE_NAME"] == defaults()["SITE_NAME"]


def test_numbers_become_numbers() -> None:
    settings = load_settings(SAFE | {"REGISTRATION_THREADS": "3", "REGISTRATION_WORKER_SECONDS": "0.5"})
    assert (settings["THREADS"], settings["WORKER_SECONDS"]) == (3, 0.5)


@pytest.mark.parametrize("name", ["THREADS", "MAX_PARTY", "WORKER_SECONDS"])
@pytest.mark.parametrize("value", ["", "many", "1,5"])
def test_a_number_that_is_none_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^REGISTRATION_{name} must be a number"):
        load_settings(SAFE | {f"REGISTRATION_{name}": value})


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="development or production"):
        load_settings(SAFE | {"REGISTRATION_ENV": "staging"})


@pytest.mark.parametrize("secret", ["", "   ", LONG[:31]])
def test_production_refuses_a_missing_or_short_secret(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="Set REGISTRATION_SECRET_KEY"):
        load_settings(SAFE | {"REGISTRATION_SECRET_KEY": secret})


@pytest.mark.parametrize("url", ["", "events.example.org", "ftp://events.example.org", "https://", "/events"])
def test_production_refuses_a_missing_or_strange_address(url: str) -> None:
    with pytest.raises(ConfigurationError, match="Set REGISTRATION_BASE_URL"):
        load_settings(SAFE | {"REGISTRATION_BASE_URL": url})


def test_production_starts_when_it_is_safe_and_writes_no_secret(tmp_path: Path) -> None:
    settings = load_settings(SAFE | {"REGISTRATION_DATA": str(tmp_path)})
    assert settings["SECRET_KEY"] == LONG
    assert list(tmp_path.iterdir()) == []


def test_the_development_secret_outlives_a_restart_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    first = load_settings({}, {"DATA": str(tmp_path)})["SECRET_KEY"]
    assert load_settings({}, {"DATA": str(tmp_path)})["SECRET_KEY"] == first
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_processes_that_start_at_once_share_one_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_found_none = threading.Barrier(8, timeout=10)
    made = secrets.token_urlsafe

    def when_all_found_none(size: int) -> str:
        all_found_none.wait()
        return made(size)

    monkeypatch.setattr(secrets, "token_urlsafe", when_all_found_none)
    with ThreadPoolExecutor(8) as pool:
        settings = list(pool.map(lambda _: load_settings({}, {"DATA": str(tmp_path)}), range(8)))
    assert len({one["SECRET_KEY"] for one in settings}) == 1


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_postgresql_is_reached_by_psycopg(scheme: str) -> None:
    url = f"{scheme}://ada:pw@one:5432,two:5432/events?target_session_attrs=read-write"
    settings = load_settings(SAFE | {"REGISTRATION_DATABASE_URL": url})
    assert settings["DATABASE_URL"] == url.replace(scheme, "postgresql+psycopg", 1)


@pytest.mark.parametrize(
    ("base_url", "uid_host"),
    [
        ("https://events.example.org/", "events.example.org"),
        ("http://127.0.0.1:8000", "registration.localhost"),
        ("http://localhost", "registration.localhost"),
    ],
)
def test_uids_take_the_public_host_and_never_that_of_one_machine(base_url: str, uid_host: str) -> None:
    settings = load_settings(SAFE | {"REGISTRATION_BASE_URL": base_url})
    assert settings["UID_HOST"] == uid_host
    assert not settings["BASE_URL"].endswith("/")


def test_no_secret_is_printed() -> None:
    settings = load_settings(
        SAFE
        | {
            "REGISTRATION_SECRET_KEY_FALLBACKS": "an-older-secret-of-thirty-two-letters",
            "REGISTRATION_DATABASE_URL": "postgresql://ada:s%40cret@one,two/events",
            "REGISTRATION_MAIL_URL": "smtp://ada:s3cret@mail.example.org:587",
        }
    )
    shown = str(masked(settings))
    assert LONG in str(settings)
    for secret in (LONG, "an-older-secret", "s%40cret", "s3cret"):
        assert secret not in shown
    assert "one,two/events" in shown
    assert "mail.example.org:587" in shown


def test_a_password_behind_the_question_mark_is_not_printed_either() -> None:
    url = "postgresql:///events?host=one&password=s3cret&sslmode=require"
    shown = masked(load_settings(SAFE | {"REGISTRATION_DATABASE_URL": url}))["DATABASE_URL"]
    assert shown.endswith("?host=one&password=***&sslmode=require")


def test_what_is_not_shipped_is_missed_in_a_sentence() -> None:
    assert bundled("config.py").is_file()
    assert bundled("templates").is_dir()
    with pytest.raises(FileNotFoundError, match="install it again"):
        bundled("nothing-of-the-kind")
