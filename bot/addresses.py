"""Which addresses of the Internet we may visit: only public ones, never the operator's own network. Pure.

A link is written by somebody we do not know. It must not lead to this machine, to its neighbours, nor to the
metadata service of a cloud, however the address is dressed up.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network

import yarl

PORTS = {80, 443, 8080, 8443}  # where web pages are; others speak other protocols
_LONGEST = 2000

_HIDDEN_V4 = tuple(
    ip_network(network)
    for network in (
        "192.88.99.0/24",  # relays to 6to4
        "168.63.129.16/32",  # a cloud's metadata, on a public address
        "100.64.0.0/10",  # behind a carrier, and another cloud's metadata
    )
)
_UNICAST = IPv6Network("2000::/3")
# Addresses of IPv6 that carry one of IPv4, or that are no place at all.
_HIDDEN_V6 = tuple(
    ip_network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16")
)


class ForbiddenAddress(ValueError):
    """Not to be visited. The text says which rule, for logs; never the address."""


def is_public(address: str) -> bool:
    """Whether anyone on the Internet means the same machine by this address."""
    if "%" in address:  # an interface of this machine
        return False
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if found.is_multicast or found.is_reserved or found.is_unspecified or not found.is_global:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _HIDDEN_V4 if isinstance(network, IPv4Network))
    hidden = any(found in network for network in _HIDDEN_V6 if isinstance(network, IPv6Network))
    return found in _UNICAST and not hidden


def checked(url: str) -> yarl.URL:
    """The address, ready to visit, or ForbiddenAddress. Names are looked up later, and checked again."""
    if len(url) > _LONGEST:
        raise ForbiddenAddress("too long")
    try:
        found = yarl.URL(url)
        host, port = found.host, found.port
    except ValueError as error:
        raise ForbiddenAddress("no address") from error
    if found.scheme not in ("http", "https") or not host:
        raise ForbiddenAddress("not the web")
    if found.user is not None or found.password is not None:
        raise ForbiddenAddress("carries a password")
    if port not in PORTS:
        raise ForbiddenAddress("odd port")
    if _is_number(host) and not is_public(host):
        raise ForbiddenAddress("not public")
    return found


def _is_number(host: str) -> bool:
    """Written as a number, in one of the forms that some programs read as an address (2130706433, 0x7f.1)."""
    if ":" in host:
        return True
    last = host.rstrip(".").rpartition(".")[2].lower()
    return last.isdigit() or last.startswith("0x")
