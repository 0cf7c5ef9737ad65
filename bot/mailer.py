"""Sends e-mail through the operator's SMTP server: text and HTML, with a one-click way out.

One connection for each message: digests are few, and a connection kept open is one that breaks.
"""

import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from community.ports import Clock, DeliveryError, Failure, Mail
from prompts import Words
from prompts.documents import plain_document
from prompts.html import Pages

PATIENCE_S = 30
PORTS = {"smtp": 25, "smtps": 465}


class SmtpMailer:
    """Implements ``community.ports.Mailer``. ``url``: smtp[s]://user:password@host:port[?starttls=…]."""

    def __init__(self, url: str, sender: str, words: Words, clock: Clock) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        self._words = words
        self._pages = Pages()
        self._clock = clock

    async def send(self, mail: Mail, *, nonce: str) -> str:
        """The same nonce makes the same Message-ID, so that a second try is seen as one."""
        import aiosmtplib  # only who sends e-mail needs it

        message = self._message(mail, nonce)
        try:
            sender = _bare(self._sender)
            await aiosmtplib.send(message, sender=sender, recipients=[mail.to], **self._options())
        except aiosmtplib.SMTPAuthenticationError as error:
            raise DeliveryError(Failure.RETRY, code=f"smtp_{error.code}") from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            failure = Failure.RETRY if all(400 <= code < 500 for code in codes) else Failure.GONE
            raise DeliveryError(failure, code="smtp_recipient") from error
        except aiosmtplib.SMTPResponseException as error:
            failure = Failure.RETRY if 400 <= error.code < 500 else Failure.REJECTED
            raise DeliveryError(failure, code=f"smtp_{error.code}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise DeliveryError(Failure.RETRY, code="smtp_down") from error
        return str(message["Message-ID"])

    def _options(self) -> dict[str, Any]:
        url = self._url
        implicit = url.scheme == "smtps"
        return {
            "hostname": url.hostname,
            "port": url.port or PORTS[url.scheme],
            "username": unquote(url.username) if url.username else None,
            "password": unquote(url.password) if url.password else None,
            "use_tls": implicit,
            "start_tls": False if implicit else None,  # None: when the server offers it
            "tls_context": ssl.create_default_context(),
            "timeout": PATIENCE_S,
        }

    def _message(self, mail: Mail, nonce: str) -> EmailMessage:
        text = self._words.render(mail.template, mail.locale, **mail.values)
        message = EmailMessage()
        message["Subject"] = plain_document(text.title).replace("\n", " ")
        message["From"] = self._sender
        message["To"] = Address(addr_spec=mail.to)
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{nonce}@{_bare(self._sender).rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        if mail.stop_url:
            message["List-Unsubscribe"] = f"<{mail.stop_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        links = self._words.render("digests/mail_footer", mail.locale, **mail.values)
        body = "\n\n".join(plain_document(part) for part in (text.body, text.note, links.body) if part)
        message.set_content(body + "\n", cte="quoted-printable")
        page = self._pages.render(
            "digests/mail", mail.locale, heading=plain_document(text.title), text=text, links=links.body
        )
        message.add_alternative(page, subtype="html", cte="quoted-printable")
        return message


def _bare(sender: str) -> str:
    """The address of « Nom <adresse> »."""
    return sender.rpartition("<")[2].rstrip(">").strip()
