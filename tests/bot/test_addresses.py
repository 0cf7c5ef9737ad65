"""Where the link checker may go: the public web, whatever an address is dressed up as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses import ForbiddenAddress, checked, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - no server listens
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "192.88.99.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "no address",
    ],
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "185.24.185.1", "2a00:1450:4007::1", "2606:4700::1111"])
def test_what_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fe80::1%25eth0]/",
        "http://example.org:22/",
        "http://example.org:6379/",
        "http://user:secret@example.org/",
        "http://user@example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "http:///page",
        "http://example.org:99999/",
        "http://" + "a" * 3000,
        "",
    ],
)
def test_an_address_that_is_refused_before_any_look_up(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        checked(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org/a?b=c#d",
        "http://example.org:8080/",
        "https://collectivités.fr/été",
        "http://9.9.9.9/",
    ],
)
def test_an_ordinary_address(url: str) -> None:
    assert checked(url).host


@given(st.ip_addresses(v=4, network="127.0.0.0/8"), st.sampled_from(["{0}", "0x{1:x}", "{1}", "0{1:o}"]))
def test_no_form_of_this_machine_passes(address: object, form: str) -> None:
    with pytest.raises(ForbiddenAddress):
        checked(f"http://{form.format(address, int(address))}/")  # type: ignore[call-overload]  # an IPv4Address


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"https://example.org/{text}"):
        try:
            checked(url)
        except ForbiddenAddress:
            continue
