"""The process that draws: charts as JSON on standard input, PNGs in base64 as JSON on standard output.

Imports the drawing library, and nothing else of the bot. One chart that fails leaves the others.
"""

import base64
import json
import sys
from typing import Any

from cogs.pictures import drawing


def main() -> None:
    charts: list[dict[str, Any]] = json.load(sys.stdin)
    drawn: list[str | None] = []
    for chart in charts:
        try:
            drawn.append(base64.b64encode(drawing.png(chart)).decode())
        except Exception:  # one picture less; the words beside it say the same
            drawn.append(None)
    json.dump(drawn, sys.stdout)


if __name__ == "__main__":
    main()
