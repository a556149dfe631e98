"""What an empty Debian takes from this machine: where packages come from, and whom to trust for them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

_SOURCES = Path("/etc/apt")
_CERTIFICATES = Path("/usr/local/share/ca-certificates")
_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
# Settings that say how to reach a registry; folders of this machine are not there, and passwords stay here.
_PIP = ("index-url", "extra-index-url", "proxy", "trusted-host", "timeout", "default-timeout", "retries")
_NPM = re.compile(r"(registry|proxy|https-proxy|noproxy|strict-ssl|@[a-z0-9-]+:registry) = \S+")
_PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


class MissingTool(Exception):
    """Say in a sentence why no empty Debian can be built here."""


def debootstrap() -> str:
    """Return the program that builds a Debian, installed where it is missing. Raises MissingTool."""
    if os.geteuid() != 0:
        raise MissingTool("An empty Debian is built by root alone: run `sudo make fresh`.")
    if not shutil.which("debootstrap") and shutil.which("apt-get"):
        print("Installing debootstrap (once) ...", flush=True)
        for command in (("update", "-qq"), ("install", "-y", "-qq", "debootstrap")):
            subprocess.run(("apt-get", *command), stdout=subprocess.DEVNULL, check=False)
    found = shutil.which("debootstrap")
    if found is None:
        raise MissingTool("An empty Debian is built by debootstrap, which is not here: install it.")
    return found


def environment() -> dict[str, str]:
    """Return the environment of a new user on a new machine, with this machine's way to the network."""
    own = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/srv",
        "LANG": "C.UTF-8",
        # pip and Node carry certificates of their own, and know none that the machine was given.
        "PIP_CERT": _BUNDLE,
        "NODE_EXTRA_CA_CERTS": _BUNDLE,
    }
    return own | {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def own_release() -> str:
    """Return the code name of this machine's Debian, or nothing."""
    text = Path("/etc/os-release").read_text("utf-8")
    found = re.search(r"^VERSION_CODENAME=(\w+)", text, re.M)
    return found.group(1) if found and re.search(r"^ID=debian$", text, re.M) else ""


def own_sources(release: str) -> dict[str, str]:
    """Return the files that say where packages come from, for *release*; none where this is no Debian."""
    own = own_release()
    files = [_SOURCES / "sources.list", *sorted((_SOURCES / "sources.list.d").glob("*"))]
    texts = {
        path.name: path.read_text("utf-8")
        for path in files
        if own and path.suffix in (".list", ".sources") and path.is_file()
    }
    return {
        name: re.sub(rf"\b{own}\b", release, text)
        for name, text in texts.items()
        if re.search(rf"^[^#]*\b{own}\b", text, re.M)
    }


def debian_mirror() -> str:
    """Return where this machine gets Debian from, or nothing: debootstrap knows where else."""
    for text in own_sources(own_release()).values():
        found = re.search(r"^(?:URIs:|deb(?: \[.*?\])?)\s+(https?://\S+)", text, re.M)
        if found:
            return found.group(1)
    return ""


def apt_settings() -> str:
    """Return how this machine's apt reaches its mirror."""
    told = _told("apt-config", "dump")
    return "".join(re.findall(r"(?m)^Acquire::(?:http|https|Check|Retries).*\n", told))


def pip_settings() -> str:
    """Return pip's settings for a registry, as a file."""
    told = re.findall(r"(?m)^[\w:-]+\.([a-z-]+)='(.*)'$", _told("python3", "-m", "pip", "config", "list"))
    lines = [f"{name} = {value}" for name, value in told if name in _PIP and "file:" not in value]
    return "\n".join(["[global]", *dict.fromkeys(lines), ""])


def npm_settings() -> str:
    """Return npm's settings for a registry, as a file."""
    told = _told("npm", "config", "list").replace('"', "")
    return "".join(f"{one.group(0)}\n" for one in _NPM.finditer(told))


def certificates() -> list[Path]:
    """Return the authorities that this machine trusts beside those of Debian."""
    return sorted(_CERTIFICATES.glob("*.crt"))


def _told(*command: str) -> str:
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
