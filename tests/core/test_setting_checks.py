"""A setting that would be taken and break later is refused in one sentence that says what to do."""

import re
from pathlib import Path

import pytest

from registration import create_app
from registration.core import setting_checks
from registration.core.configuration import ConfigurationError
from registration.core.settings import defaults, load_settings
from registration.mail import checks as mail_checks
from tests.core.test_settings import LONG, SAFE

PRODUCTION = SAFE | {"REGISTRATION_MAIL_FROM": "events@cocir.test"}
HEX = "0123456789abcdef0123456789abcdeg"

# What is given in development, and what the sentence says beside the name.
ANYWHERE = [
    ("ENV", "staging", "development or production"),
    ("BASE_URL", "https://events.example.org/events", "without '/events' behind it"),
    ("BASE_URL", "https://events.example.org?x", "without 'x' behind it"),
    ("BASE_URL", "https://ada:pw@events.example.org", "the address people use"),
    ("BASE_URL", "https://events example.org", "the address people use"),
    ("BASE_URL", "https://events.example.org:99999", "the address people use"),
    ("BASE_URL", "https://[::1", "the address people use"),
    ("BASE_URL", "https://événements.example", "xn--vnements-90ab.example"),
    ("DATA", "", "a folder"),
    ("DATABASE_URL", "mysql://ada:s3cret@host/name", "begins with 'mysql'"),
    ("DATABASE_URL", "events.sqlite3", "begins with 'events.sqlite3'"),
    ("DATABASE_URL", "postgresql://host:port/name", "must be sqlite"),
    ("DATABASE_URL", "postgresql://one:5432,two:65536/name", "must be sqlite"),
    ("DATABASE_URL", "sqlite://", "a file"),
    ("DATABASE_URL", "sqlite:///:memory:", "a file"),
    ("MAIL_URL", "pigeon://coop", "smtp://"),
    ("MAIL_URL", "file://mails/box", "full path"),
    ("MAIL_FROM", "", "events@your-domain"),
    ("MAIL_FROM", "events", "events@your-domain"),
    ("MAIL_FROM", "events@", "events@your-domain"),
    ("MAIL_FROM", "COCIR <events@cocir.test>", "events@your-domain"),
    ("BOUNCE_ADDRESS", "bounces", "pipes in"),
    ("REPLY_ADDRESS", "reply at cocir.test", "pipes in"),
    ("REPLY_ADDRESS", f"{'r' * 29}@cocir.test", "at most 28 characters"),
    ("BOUNCE_ADDRESS", "events+bounces@cocir.test", "without a plus"),
    ("MAIL_STRUCTURED_DATA", "perhaps", "yes or no"),
    ("UID_HOST", "https://events.example.org", "a host alone"),
    ("UID_HOST", "events.example.org:8000", "a host alone"),
    ("UID_HOST", "host with blanks", "a host alone"),
    ("UID_HOST", "-events.example.org", "a host alone"),
    ("SITE_NAME", "", "a name on one line"),
    ("SITE_NAME", " \u200b ", "a name on one line"),
    ("SITE_NAME", "x" * 101, "1 to 100 characters"),
    ("SITE_NAME", "One\nTwo", "a name on one line"),
    ("ACCESSIBILITY_AUTHORITY", "FPS Economy", "a name and a web address"),
    ("ACCESSIBILITY_AUTHORITY", "FPS Economy, javascript:alert(1)", "a name and a web address"),
    ("LOCALE", "xx", "one of en, fr, nl, de, zh"),
    ("LOCALE", "", "one of en"),
    ("TIME_ZONE", "Europe/Bruxelles", "Did you mean Europe/Brussels"),
    ("TIME_ZONE", "europe/brussels", "Did you mean Europe/Brussels"),
    ("TIME_ZONE", "CET", "Did you mean Europe/Brussels"),
    ("TIME_ZONE", "Asia/Calcutta", "Did you mean Asia/Kolkata"),
    ("TIME_ZONE", "localtime", "a time zone"),
    ("TIME_ZONE", "../../etc/passwd", "a time zone"),
    ("THREADS", "0", "from 1 to 256"),
    ("THREADS", "1000000", "from 1 to 256"),
    ("THREADS", "9" * 5000, "…"),
    ("THREADS", "٣", "without a fraction"),
    ("THREADS", "2.5", "without a fraction"),
    ("TRUSTED_PROXIES", "-1", "from 0 to 10"),
    ("WORKER_SECONDS", "-1", "from 0.01 to 3600"),
    ("WORKER_SECONDS", "nan", "a number from"),
    ("WORKER_SECONDS", "inf", "a number from"),
    ("FORM_SECONDS", "-1", "from 0 to 3600"),
    ("FORM_HOURS", "0", "from 1 to 8760"),
    ("MAILS_PER_SECOND", "-0.5", "from 0 to 10000"),
    ("SIGN_IN_TRIES", "0", "from 1"),
    ("MAX_PARTY", "0", "from 1 to 500"),
    ("MAX_PER_ADDRESS", "0", "from 1 to 1000"),
    ("FORMS_PER_CLIENT", "0", "from 1"),
    ("FORMS_PER_NETWORK", "0", "from 1"),
    ("MAX_CONTENT_LENGTH", "0", "from 1024"),
    ("MAX_FILE", "-1", "from 1"),
    ("MAX_UPLOAD", "1e9", "a number"),
    ("MAX_FORM_PARTS", "1", "from 10"),
    ("DATABASE_POOL_SIZE", "0", "from 1 to 500"),
]
IN_PRODUCTION = [
    ("SECRET_KEY", "", "at least 32"),
    ("SECRET_KEY", "x", "at least 32"),
    ("SECRET_KEY", "x" * 64, "easy to guess"),
    ("SECRET_KEY", "changeme" * 5, "easy to guess"),
    ("SECRET_KEY", "abcdefghij" * 4, "easy to guess"),
    ("SECRET_KEY_FALLBACKS", f"{HEX} short", "number 2 is short"),
    ("SECRET_KEY_FALLBACKS", "y" * 40, "easy to guess"),
    ("DATA", "var", "a full path in production"),
    ("DATABASE_URL", "sqlite:///events.sqlite3", "a full path in production"),
    ("MAIL_URL", "", "smtp://"),
    ("MAIL_URL", "file:mails", "a full path in production"),
    ("MAIL_FROM", "events@example.org", "nobody's"),
    ("MAIL_FROM", "events@events.example.org", "nobody's"),
    ("MAIL_FROM", "events@localhost", "nobody's"),
    ("REPLY_ADDRESS", "events@example.com", "nobody's"),
]


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        mail_checks.check(load_settings(environ))
    return str(caught.value)


@pytest.mark.parametrize(("name", "value", "sentence"), ANYWHERE)
def test_what_would_break_is_refused_everywhere(name, value, sentence):
    for environ in ({}, PRODUCTION):
        told = refusal(environ | {f"REGISTRATION_{name}": value})
        assert f"REGISTRATION_{name}" in told
        assert sentence in told
        assert "\n" not in told
        assert "s3cret" not in told


@pytest.mark.parametrize(("name", "value", "sentence"), IN_PRODUCTION)
def test_what_is_good_enough_to_try_is_not_good_enough_for_production(name, value, sentence):
    told = refusal(PRODUCTION | {f"REGISTRATION_{name}": value})
    assert f"REGISTRATION_{name}" in told
    assert sentence in told
    assert name != "SECRET_KEY" or len(value) < 32 or value not in told


def test_two_addresses_for_two_commands():
    both = {"REGISTRATION_BOUNCE_ADDRESS": "in@cocir.test", "REGISTRATION_REPLY_ADDRESS": "In@cocir.test"}
    assert "two addresses" in refusal(PRODUCTION | both)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("REGISTRATION_THREDS", "did you mean REGISTRATION_THREADS?"),
        ("REGISTRATION_SECRETKEY", "did you mean REGISTRATION_SECRET_KEY?"),
        ("REGISTRATION__BASE_URL", "did you mean REGISTRATION_BASE_URL?"),
        ("registration_base_url", "did you mean REGISTRATION_BASE_URL?"),
        ("REGISTRATON_SECRET_KEY", "did you mean REGISTRATION_SECRET_KEY?"),
        ("REGISTRATION_PORT", "`registration serve --port` takes it"),
        ("REGISTRATION_QUITE_ANOTHER_THING", "There is no setting REGISTRATION_QUITE_ANOTHER_THING"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_one_that_was_meant(name, sentence):
    assert sentence in refusal(PRODUCTION | {name: "1"})


def test_what_a_cluster_puts_there_for_a_service_of_our_name_is_no_setting():
    service = {
        "REGISTRATION_SERVICE_HOST": "10.0.0.1",
        "REGISTRATION_SERVICE_PORT_HTTP": "80",
        "REGISTRATION_PORT": "tcp://10.0.0.1:80",
        "REGISTRATION_PORT_80_TCP_ADDR": "10.0.0.1",
        "PORT": "8000",
        "MY_THREADS": "3",
    }
    assert load_settings(PRODUCTION | service)["THREADS"] == defaults()["THREADS"]


def test_paths_count_from_the_current_folder_in_development(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings(
        {
            "REGISTRATION_DATA": "here",
            "REGISTRATION_DATABASE_URL": "sqlite:///x.db",
            "REGISTRATION_MAIL_URL": "file:mails",
        }
    )
    assert settings["DATA"] == f"{tmp_path}/here"
    assert settings["DATABASE_URL"] == f"sqlite:///{tmp_path}/x.db"
    assert settings["MAIL_URL"] == f"file://{tmp_path}/mails"


def test_production_without_files_needs_no_folder():
    environ = {name: value for name, value in PRODUCTION.items() if name != "REGISTRATION_DATA"}
    assert "REGISTRATION_DATA must be a full path" in refusal(environ)
    database = {"REGISTRATION_DATABASE_URL": "postgresql://one/events"}
    assert load_settings(environ | database)["ENV"] == "production"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("HTTPS://Events.Example.org:443/", "https://events.example.org"),
        ("http://events.example.org:80", "http://events.example.org"),
        ("https://events.example.org:8443", "https://events.example.org:8443"),
        ("http://[2001:db8::1]:8000", "http://[2001:db8::1]:8000"),
    ],
)
def test_the_address_is_kept_as_browsers_write_it(told, kept):
    assert load_settings(PRODUCTION | {"REGISTRATION_BASE_URL": told})["BASE_URL"] == kept


def test_a_uid_host_that_follows_from_the_address_can_stand_in_a_message_id():
    for url in ("http://[2001:db8::1]", "http://my_service:8000"):
        host = load_settings(PRODUCTION | {"REGISTRATION_BASE_URL": url})["UID_HOST"]
        assert re.fullmatch(r"[a-z0-9.-]+", host)


def test_several_hosts_of_postgresql_may_have_ports(tmp_path: Path):
    url = "postgresql://ada:s3cret@one:5432,two:5433/events?target_session_attrs=read-write"
    app = create_app({"DATABASE_URL": url.replace("postgresql", "postgresql+psycopg"), "DATA": str(tmp_path)})
    assert app.config["SQLALCHEMY_DATABASE_URI"] == (
        "postgresql+psycopg://ada:s3cret@/events?host=one:5432&host=two:5433&target_session_attrs=read-write"
    )


def test_every_setting_has_somebody_who_looks_at_it():
    assert {*setting_checks.CHECKS, *mail_checks.CHECKS} == set(defaults())
    assert {name for name, _value, _sentence in (*ANYWHERE, *IN_PRODUCTION)} == set(defaults())


def test_the_defaults_are_good_for_development_and_what_is_safe_for_production(tmp_path: Path):
    for environ in ({"REGISTRATION_DATA": str(tmp_path)}, PRODUCTION):
        mail_checks.check(load_settings(environ))
    assert load_settings(PRODUCTION)["SECRET_KEY"] == LONG
