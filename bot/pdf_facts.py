"""What a PDF says of itself: title, author, subject. Run as a program of its own, on standard input.

A document from the Internet may be made to exhaust whoever opens it: here only this short-lived process, with
little time and memory, and nothing else to lose.
"""

import asyncio
import contextlib
import json
import resource
import sys
from collections.abc import Mapping
from io import BytesIO

TIME_S = 10.0
_SECONDS = 5
_MEMORY = 600 << 20
_FACTS = {"/Title": "title", "/Author": "author", "/Subject": "description", "/CreationDate": "date"}
_LONGEST = 2_000


async def facts(body: bytes) -> Mapping[str, str]:
    """Nothing, for a document that says nothing or cannot be read in time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        __file__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(TIME_S):
            said, _ = await process.communicate(body)
        found = json.loads(said or b"{}")
    except (TimeoutError, ValueError):
        return {}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return {str(name): str(value) for name, value in found.items()}


def _main() -> None:
    for limit, most in (
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    import logging

    import pypdf

    logging.disable()
    said: Mapping[str, object] = pypdf.PdfReader(BytesIO(sys.stdin.buffer.read())).metadata or {}
    found = {ours: str(said[theirs])[:_LONGEST] for theirs, ours in _FACTS.items() if said.get(theirs)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _main()
