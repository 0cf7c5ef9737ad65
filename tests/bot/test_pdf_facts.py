"""What a PDF says of itself, and documents made to harm whoever opens them."""

import zlib
from io import BytesIO

import pytest
from pypdf import PdfWriter

from bot.pdf_facts import facts


def pdf(**said: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({f"/{name}": value for name, value in said.items()})
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


async def test_title_and_subject() -> None:
    found = await facts(pdf(Title="Le guide de l’été", Subject="Un résumé", Author="Une ville"))
    assert (found["title"], found["description"], found["author"]) == (
        "Le guide de l’été",
        "Un résumé",
        "Une ville",
    )


def bomb() -> bytes:
    """An object stream that unpacks to a gigabyte."""
    packed = zlib.compress(zlib.compress(b"\0" * 50_000_000, 9) * 20, 9)
    head = b"%PDF-1.7\n1 0 obj\n<</Type/XRef/W[1 2 1]/Size 9/Root 1 0 R/Info 2 0 R"
    size = b"/Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n" % len(packed)
    return head + size + packed + b"\nendstream\nendobj\nstartxref\n9\n%%EOF"


@pytest.mark.parametrize("body", [b"", b"%PDF-1.4", b"%PDF-1.4\n" + bytes(range(256)) * 400, bomb(), pdf()])
async def test_what_cannot_be_read_says_nothing(body: bytes) -> None:
    assert "title" not in await facts(body)
