"""Which network a machine is in: what stands for one machine, for an office, for a record."""

import ipaddress


def network_of(address: str | None) -> str:
    """Return the network that a machine is in, as it is recorded: no single machine, and so no person."""
    return _network(address, 24, 48)


def office_of(address: str | None) -> str:
    """Return what one office or firm has: a /24 of IPv4, a /56 of IPv6."""
    return _network(address, 24, 56)


def machine_of(address: str | None) -> str:
    """Return what stands for one remote machine: an IPv4 address, or the /64 that an IPv6 user owns."""
    return _network(address, 32, 64).removesuffix("/32")


def is_this_machine(address: str | None) -> bool:
    """Say whether *address* is a loopback one."""
    parsed = _parsed(address)
    return parsed is not None and parsed.is_loopback


def _network(address: str | None, of_four: int, of_six: int) -> str:
    parsed = _parsed(address)
    if parsed is None:
        return "unknown"
    length = of_four if parsed.version == 4 else of_six
    return str(ipaddress.ip_network((int(parsed), length), strict=False))


def _parsed(address: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed
