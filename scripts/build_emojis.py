"""Derive the names of the standard emojis from the open source package.

Source: the npm package ``gemoji`` (MIT: see LICENSES/MIT-gemoji.txt). To refresh:

    npm pack gemoji@8.1.0
    python -m scripts.build_emojis gemoji-*.tgz

One emoji a line, then its names: Discord's own where it differs and is common, then gemoji's.
"""

import re
import sys
import tarfile
from pathlib import Path

TARGET = Path(__file__).parent.parent / "sandbox" / "page" / "emojis.txt"
SOURCE = "package/index.js"
_ENTRY = re.compile(r"emoji: '([^']+)',\s+names: \[([^\]]+)\]")
_NAME = re.compile(r"'([^']+)'")
DISCORDS_OWN = {
    "🙂": "slight_smile",
    "🙁": "slight_frown",
    "🙃": "upside_down",
    "🤗": "hugging",
    "🤷": "person_shrugging",
    "🤦": "person_facepalming",
    "🗓️": "calendar_spiral",
    "🖊️": "pen_ballpoint",
}


def main(archive: str) -> None:
    """Read the package's archive, write the names."""
    with tarfile.open(archive) as package:
        found = package.extractfile(SOURCE)
        assert found is not None
        entries = [(emoji, _NAME.findall(listed)) for emoji, listed in _ENTRY.findall(found.read().decode())]
    assert len(entries) > 1800, f"{len(entries)} emojis"
    lines = [" ".join([emoji, *dict.fromkeys(names_of(emoji, given))]) for emoji, given in entries]
    TARGET.write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} emojis, {TARGET.stat().st_size:,} bytes")


def names_of(emoji: str, given: list[str]) -> list[str]:
    """Discord calls the flag of France ``flag_fr``; two letters alone are no name there."""
    letters = [chr(ord(letter) - 0x1F1E6 + ord("a")) for letter in emoji if 0x1F1E6 <= ord(letter) <= 0x1F1FF]
    if len(letters) == 2:
        return ["flag_" + "".join(letters), *(name for name in given if len(name) > 2)]
    return [DISCORDS_OWN[emoji], *given] if emoji in DISCORDS_OWN else given


if __name__ == "__main__":
    main(sys.argv[1])
