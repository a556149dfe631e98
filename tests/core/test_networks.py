"""Machines, offices and what is recorded."""

import pytest

from registration.core.networks import is_this_machine, machine_of, office_of


@pytest.mark.parametrize(
    ("address", "machine", "office"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.0/24"),
        ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/56"),
        ("not an address", "unknown", "unknown"),
        (None, "unknown", "unknown"),
    ],
)
def test_an_ipv6_user_is_known_by_her_network(address: str | None, machine: str, office: str) -> None:
    assert (machine_of(address), office_of(address)) == (machine, office)


@pytest.mark.parametrize(
    ("address", "is_it"), [("127.0.0.1", True), ("::1", True), ("192.0.2.1", False), (None, False)]
)
def test_this_machine_is_known(address: str | None, is_it: bool) -> None:
    assert is_this_machine(address) is is_it
