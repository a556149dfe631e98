"""A real nginx in front of the server, with a configuration of the test's own and no privilege."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {servers}
}}
"""
_SERVER = """
  server {{
    listen 127.0.0.1:{port}{tls};
    {certificate}
    location / {{ proxy_pass http://127.0.0.1:{behind}; {headers} }}
  }}
"""
# As docs/operator.md says it.
OURS = (
    "proxy_set_header Host $host; "
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; "
    "proxy_set_header X-Forwarded-Proto $scheme;"
)
# A second one, between the first and the server: it passes on the scheme that the first one saw.
INNER = (
    "proxy_set_header Host $host; "
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; "
    "proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;"
)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def server(port: int, behind: int, headers: str = OURS, certificate: Path | None = None) -> str:
    """Return a server block at *port* that passes on to *behind*, with TLS where there is a certificate."""
    told = f"ssl_certificate {certificate}; ssl_certificate_key {certificate};" if certificate else ""
    return _SERVER.format(
        port=port, behind=behind, headers=headers, certificate=told, tls=" ssl" if certificate else ""
    )


@contextmanager
def nginx(folder: Path, *servers: str) -> Iterator[None]:
    """Run nginx with *servers* while the context lasts."""
    folder.mkdir(exist_ok=True)
    config = folder / "nginx.conf"
    config.write_text(_MAIN.format(folder=folder, servers="".join(servers)))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")]
    )
    try:
        _wait_for(folder / "nginx.pid", process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def self_signed(folder: Path) -> Path:
    """Return a file with a key and its certificate for events.example.org."""
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "2", "-subj", "/CN=events.example.org", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )  # fmt: skip
    both.write_text(certificate.read_text() + key.read_text())
    return both


def _wait_for(file: Path, process: "subprocess.Popen[bytes]") -> None:
    for _one in range(100):
        if file.exists() and file.read_text().strip():
            return
        assert process.poll() is None, "nginx did not start"
        time.sleep(0.1)
    raise AssertionError("nginx did not start")
