"""The sample files are taken by the programs they are for, and name settings and commands that there are."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

from registration.cli import cli
from registration.core.settings import defaults, load_settings
from tests.house.files import ROOT

DEPLOY = ROOT / "deploy"


def example() -> dict[str, str]:
    found = re.findall(
        r"^#?(REGISTRATION_\w+)=(.*)$", (DEPLOY / "registration.env.example").read_text(), re.M
    )
    return dict(found)


def test_the_settings_of_the_example_start_a_server(tmp_path):
    settings = example()
    assert {name.removeprefix("REGISTRATION_") for name in settings} <= set(defaults())
    filled = settings | {"REGISTRATION_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEF"}
    assert load_settings(filled)["ENV"] == "production"


def test_every_command_line_of_ours_is_one_that_there_is():
    text = "".join(
        path.read_text() for path in DEPLOY.iterdir() if path.suffix in (".cf", ".conf", ".service")
    )
    lines = re.findall(r"/opt/registration/bin/registration ([^\n]+)", text)
    assert len(lines) == 5
    for line in lines:
        words = shlex.split(line.replace("${original_recipient}", "a@example.org"))
        words = words[2:] if words[0] == "--env-file" else words
        command = cli.commands[words[0]]
        with command.make_context(words[0], words[1:]) as context:
            assert context.params


def test_systemd_takes_the_unit(tmp_path):
    unit = (DEPLOY / "registration.service").read_text()
    assert "EnvironmentFile=/etc/registration/registration.env" in unit
    if shutil.which("systemd-analyze"):
        # The program and the user are those of this machine.
        program = shutil.which("true")
        placed = tmp_path / "registration.service"
        placed.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={program}", unit, flags=re.M))
        done = subprocess.run(
            ["systemd-analyze", "verify", str(placed)], capture_output=True, text=True, check=False
        )
        assert [line for line in done.stderr.splitlines() if "registration.service" in line] == []


def test_nginx_takes_the_site(tmp_path: Path):
    site = (DEPLOY / "nginx.conf").read_text()
    for header in ("Host $host", "X-Forwarded-For $proxy_add_x_forwarded_for", "X-Forwarded-Proto $scheme"):
        assert f"proxy_set_header {header};" in site
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        return
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=x",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    site = re.sub(r"ssl_certificate \S+", f"ssl_certificate {certificate};", site)
    site = re.sub(r"ssl_certificate_key \S+", f"ssl_certificate_key {key};", site)
    site = site.replace("listen 80", "listen 18080").replace("]:80", "]:18080")
    site = site.replace("listen 443", "listen 18443").replace("]:443", "]:18443")
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}} http {{ access_log off; {site} }}"
    )
    done = subprocess.run([nginx, "-t", "-c", str(whole)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
