"""Digests by e-mail, to a real SMTP server on this machine: readable as text, one click out, patient."""

import email
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.mailer import SmtpMailer
from community.delivery import MOST_TRIES
from community.ports import DeliveryError, Failure, Mail
from prompts import Words
from tests.community.conftest import Network, network, words
from tests.community.digests import PaperPlatform, mailing
from tests.community.meetups import rows
from tests.conftest import SetClock
from tests.prompts.test_html import outline

__all__ = ["network", "words"]

STOP = "https://pairs.example.org/digests/abcdefghijklmnopqrst/stop"


class Box:
    """Keeps what arrives; ``answer`` is what it says instead, when it is set."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.answer: str | None = None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer is not None:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received.append((list(envelope.rcpt_tos), message))
        return "250 OK"


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def port(box: Box) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    server = Controller(box, hostname="127.0.0.1", port=number)
    server.start()
    yield number
    server.stop()


def mailer(port: int, clock: SetClock, words: Words) -> SmtpMailer:
    return SmtpMailer(f"smtp://127.0.0.1:{port}", "Entre-pairs <bulletin@example.org>", words, clock)


CODE = Mail("ada@example.fr", "digests/code", "fr", {"code": "012345", "network": "Réseau", "stop_url": None})


async def test_it_reads_as_text_and_as_a_page(box: Box, port: int, clock: SetClock, words: Words) -> None:
    values = {"code": "012345", "network": "Réseau <b>&amp; pairs</b>", "stop_url": STOP}
    await mailer(port, clock, words).send(
        Mail("ada@example.fr", "digests/code", "fr", values, STOP), nonce="a1"
    )
    ((to, message),) = box.received
    assert to == ["ada@example.fr"]
    assert message["Subject"] == "Votre code\u00a0: 012345"
    assert message["From"] == "Entre-pairs <bulletin@example.org>"
    assert message["Message-ID"] == "<a1@example.org>"
    assert message["List-Unsubscribe"].strip() == f"<{STOP}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.get_content_type() == "multipart/alternative"
    text, page = (part.get_content() for part in message.iter_parts())
    assert "Réseau <b>&amp; pairs</b>" in text
    assert "012345" in text
    assert f"Ne plus le recevoir ({STOP})" in text
    assert "*" not in text
    assert "\\" not in text
    assert "Réseau &lt;b&gt;&amp;amp; pairs&lt;/b&gt;" in page
    assert "script" not in outline(page).tags
    assert f'href="{STOP}"' in page


async def test_a_header_cannot_be_smuggled_in(box: Box, port: int, clock: SetClock, words: Words) -> None:
    values = {"code": "1", "network": "Réseau\r\nBcc: x@y.fr", "stop_url": None}
    await mailer(port, clock, words).send(Mail("ada@example.fr", "digests/code", "en", values), nonce="a1")
    ((_, message),) = box.received
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    ("answer", "failure"),
    [("550 no such user", Failure.GONE), ("450 try later", Failure.RETRY), ("451 busy", Failure.RETRY)],
)
async def test_what_a_server_refuses(
    box: Box, port: int, clock: SetClock, words: Words, answer: str, failure: Failure
) -> None:
    box.answer = answer
    with pytest.raises(DeliveryError) as refused:
        await mailer(port, clock, words).send(CODE, nonce="a1")
    assert refused.value.failure is failure


async def test_a_server_that_is_down_is_tried_again_then_shown(
    network: Network, words: Words, clock: SetClock, box: Box, port: int
) -> None:
    """It retries with longer and longer pauses; when it never comes back, the facilitators are told."""
    platform = PaperPlatform()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = int(free.getsockname()[1])
    down = mailing(network, platform, words, mailer(closed, clock, words))
    await down.ask_code()
    await down.work.run_due()
    (row,) = await rows(network.db, "digest.code")
    assert (row.state, row.attempts, row.reason) == ("due", 1, "retry")
    up = mailing(network, platform, words, mailer(port, clock, words))
    clock.advance(timedelta(minutes=10))
    await up.work.run_due()
    assert [to for to, _ in box.received] == [["ada@example.fr"]]
    assert [row.state for row in await rows(network.db, "digest.code")] == ["sent"]
    await down.ask_mail()
    for _ in range(MOST_TRIES + 1):
        clock.advance(timedelta(hours=1))
        await down.work.run_due()
    (row,) = await rows(network.db, "digest.mail")
    assert row.state == "given_up"
    assert await rows(network.db, "delivery.undelivered") or await rows(network.db, row.kind)
