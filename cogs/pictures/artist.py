"""Has pictures drawn elsewhere, a lot at a time, within a time; what fails is no picture, never an error."""

import asyncio
import base64
import json
import logging
import os
import shutil
import sys
import tempfile
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from cogs.pictures.charts import Chart

log = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 20.0
KEPT = 24  # the last drawings: people look again, and the web page asks for each picture by itself
_LONGEST_ANSWER = 8 * 2**20
_COMMAND = (sys.executable, "-m", "cogs.pictures.worker")


class Artist:
    """Draws. ``command`` and ``patience`` are for tests."""

    def __init__(self, *, command: Sequence[str] = _COMMAND, patience: float = PATIENCE_S) -> None:
        self._command = tuple(command)
        self._patience = patience
        self._turn = asyncio.Semaphore(1)  # a drawing takes one core and 70 MiB for a second
        self._drawn: OrderedDict[Chart, bytes] = OrderedDict()
        self._folder = ""

    async def draw(self, *charts: Chart) -> list[bytes | None]:
        """A PNG for each chart, in their order; None for what could not be drawn in time."""
        async with self._turn:
            missing = [chart for chart in dict.fromkeys(charts) if chart not in self._drawn]
            if missing:
                self._keep(missing, await self._ask(missing))
            found = [self._drawn.get(chart) for chart in charts]
        for chart in charts:
            if chart in self._drawn:
                self._drawn.move_to_end(chart)
        return found

    def _keep(self, charts: Sequence[Chart], pictures: Sequence[bytes | None]) -> None:
        for chart, picture in zip(charts, pictures, strict=False):
            if picture:
                self._drawn[chart] = picture
        while len(self._drawn) > max(KEPT, len(charts)):
            self._drawn.popitem(last=False)

    async def _ask(self, charts: Sequence[Chart]) -> Sequence[bytes | None]:
        asked = json.dumps([{"kind": chart.kind, **asdict(chart)} for chart in charts]).encode()
        process = None
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=ROOT,
                env=self._environment(),
                limit=_LONGEST_ANSWER,
            )
            async with asyncio.timeout(self._patience):
                answer, _ = await process.communicate(asked)
            if process.returncode != 0:
                log.warning("pictures refused code=%s", process.returncode)
                return []
            return [base64.b64decode(one) if one else None for one in json.loads(answer)]
        except (OSError, TimeoutError, ValueError, TypeError) as error:
            log.warning("pictures failed error=%s", type(error).__name__)
            return []
        finally:
            if process is not None and process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    def _environment(self) -> dict[str, str]:
        """No secret of the bot's goes there. The folder keeps what the library learns of its fonts."""
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="entrepairs-pictures-")
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
        return {**kept, "MPLCONFIGDIR": self._folder, "PYTHONDONTWRITEBYTECODE": "1"}
