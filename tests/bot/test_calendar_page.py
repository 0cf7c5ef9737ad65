"""Calendars over HTTP, as a calendar program asks for them."""

import aiohttp

from bot.calendar_page import routes
from bot.health import Gateway
from bot.metrics import Metrics
from bot.web import Probe, Web
from community.calendars import Calendars


class OneCalendar(Calendars):
    """Knows one secret."""

    def __init__(self) -> None:
        self.content = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"

    async def feed(self, secret: str) -> bytes | None:
        return self.content if secret == "a" * 32 else None


async def test_a_program_reads_then_asks_only_for_changes(sqlite_db, clock) -> None:  # type: ignore[no-untyped-def]  # fixtures
    gateway = Gateway()
    calendars = OneCalendar()
    web = Web(Probe(sqlite_db, clock, gateway), Metrics(gateway), routes=routes(calendars))
    await web.start("127.0.0.1", 0)
    base = f"http://127.0.0.1:{web.port}/calendars"
    try:
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{base}/{'a' * 32}.ics") as answer:
                assert (answer.status, answer.content_type) == (200, "text/calendar")
                assert await answer.read() == calendars.content
                assert answer.headers["Cache-Control"].startswith("private")
                tag = answer.headers["ETag"]
            async with http.get(f"{base}/{'a' * 32}.ics", headers={"If-None-Match": tag}) as answer:
                assert (answer.status, await answer.read()) == (304, b"")
            async with http.head(f"{base}/{'a' * 32}.ics") as answer:
                assert answer.status == 200
            calendars.content += b" "
            async with http.get(f"{base}/{'a' * 32}.ics", headers={"If-None-Match": tag}) as answer:
                assert answer.status == 200
            for wrong in ("b" * 32, "court", "a" * 65, "..%2f..%2fetc"):
                async with http.get(f"{base}/{wrong}.ics") as answer:
                    assert answer.status == 404
    finally:
        await web.stop()
