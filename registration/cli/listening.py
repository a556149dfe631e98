"""Where the server listens: a name may stand for several addresses of this machine, IPv6 among them."""

import errno
import ipaddress
import socket
from collections.abc import Sequence

from registration.core.configuration import ConfigurationError

# A machine without IPv6 may still call ::1 localhost.
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
# Free ports of one address that were taken at another, before we give up.
_TRIES = 20

Address = tuple[socket.AddressFamily, str]


def addresses_of(host: str) -> list[Address]:
    """Return the addresses of *host*. Raises ConfigurationError when it has none."""
    try:
        found = socket.getaddrinfo(
            host.strip("[]"), 0, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError):
        found = []
    addresses = [(family, str(place[0])) for family, _type, _proto, _name, place in found]
    if not host or not addresses:
        raise ConfigurationError(
            f"The host {host!r} is no address of this machine. Choose another with --host."
        )
    return list(dict.fromkeys(addresses))


def is_this_machine_alone(addresses: Sequence[Address]) -> bool:
    """Say whether nobody but this machine reaches any of *addresses*."""
    return all(ipaddress.ip_address(place.partition("%")[0]).is_loopback for _family, place in addresses)


def listen(host: str, port: int, else_try: str = "--port") -> list[socket.socket]:
    """Return a listening socket for each address of *host*, all at one port; 0 is any that is free.

    Raises ConfigurationError, which says to try *else_try*, when that cannot be had.
    """
    addresses = addresses_of(host)
    for left in reversed(range(_TRIES)):
        try:
            return _listen(addresses, port)
        except OSError as error:
            if port == 0 and left and error.errno == errno.EADDRINUSE:
                continue
            raise ConfigurationError(
                f"Port {port} of {host} cannot be had ({error.strerror}). Choose another with {else_try}."
            ) from None
    raise AssertionError("the last try returns or raises")


def _listen(addresses: Sequence[Address], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    try:
        for family, place in addresses:
            try:
                sockets.append(_listening(family, place, port))
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                missing = error
            else:
                port = int(sockets[0].getsockname()[1])
    except OSError:
        for one in sockets:
            one.close()
        raise
    if not sockets and missing is not None:
        raise missing
    return sockets


def _listening(family: socket.AddressFamily, place: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((place, port))
        made.listen(4096)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made


def shown(host: str, port: int) -> str:
    """Return host and port as they stand in a URL."""
    bare = host.strip("[]")
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"
