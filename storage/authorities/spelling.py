"""How names of places are compared: what people leave out, shorten or add when they type one.

Pure functions on text; no register here.
"""

import re
import unicodedata

ARTICLES = frozenset({"le", "la", "les", "l"})
SMALL_WORDS = ARTICLES | {"de", "du", "des", "d", "et", "en", "sur", "sous", "a", "au", "aux", "lès", "les"}
_SHORT_FORMS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur", "ss": "sous"}
# What the national register writes in two or three letters, and how people say it.
_GROUPS = {
    "cc": "communaute de communes",
    "ca": "communaute d agglomeration",
    "cu": "communaute urbaine",
}
_CIVIC = re.compile(
    r"^(?:(?:mairie|ville|commune|village|departement|region|metropole"
    r"|conseil (?:departemental|regional|municipal))"
    r" (?:de la |de l |du |des |de |d )"
    r"|(?:agglo|agglomeration|com(?:munaute)? de com(?:munes)?|comcom"
    r"|communaute (?:d agglomeration|urbaine|de communes)"
    r"|cc|ca|cu) (?:de la |de l |du |des |de |d )?)(?=\w)"
)
_ELIDED = re.compile(r"\b([ld]) (?=\w)")
_WORD = re.compile(r"[a-z0-9]+")


def fold(text: str) -> str:
    """Lower case without accents or ligatures, words separated by one space, « st » spelt out."""
    text = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").replace("Æ", "ae").replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = _WORD.findall(plain)
    return " ".join(_SHORT_FORMS.get(word, word) if len(words) > 1 else word for word in words)


def without_civic_words(folded: str) -> str:
    """« mairie de chambery » → « chambery »; the text itself where nothing would be left."""
    return _CIVIC.sub("", folded) or folded


def without_article(folded: str) -> str:
    """« la chatre » → « chatre »."""
    first, _, rest = folded.partition(" ")
    return rest if rest and first in ARTICLES else folded


def joined(folded: str) -> str:
    """« l ile d elle » → « lile delle », for those who leave out the apostrophe."""
    return _ELIDED.sub(r"\1", folded)


def initials(name: str) -> set[str]:
    """The acronyms by which a group of communes may be known, in small letters, three letters or more.

    With and without the kind of group, with and without small words: « Paris Ouest La Défense » is POLD,
    « Métropole Européenne de Lille » MEL, « Toulon-Provence-Méditerranée » TPM without its « Métropole ».
    """
    return whole_initials(name) | {
        letters
        for words in _bodies(name)
        if len(letters := "".join(word[0] for word in words if word not in SMALL_WORDS)) >= 3
    }


def whole_initials(name: str) -> set[str]:
    """Those that drop no small word."""
    return {letters for words in _bodies(name) if len(letters := "".join(word[0] for word in words)) >= 3}


def _bodies(name: str) -> list[list[str]]:
    """The words of a name, with and without the kind of group."""
    folded = fold(re.sub(r"\(.*?\)", "", name)).replace("eurometropole", "euro metropole").split()
    if folded and folded[0] in _GROUPS:
        return [_GROUPS[folded[0]].split() + folded[1:], folded[1:]]
    if folded and folded[0] == "metropole":
        return [folded, folded[1:]]
    return [folded]


def written_acronyms(name: str) -> set[str]:
    """Those that the register gives in brackets: « CA … (CINOR) »."""
    return {fold(found).replace(" ", "") for found in re.findall(r"\(([^)]+)\)", name)}


def significant(folded: str) -> list[str]:
    """The words that tell one place from another; all of them where none does."""
    words = folded.split()
    return [word for word in words if word not in SMALL_WORDS] or words
