"""How well the directory of authorities is found: questions with the place meant, ranks and times.

    python -m scripts.evaluate_authorities queries.json [--misses]

Questions: a JSON list of ``{"kind", "q", "code"}``; ``code`` is INSEE's (a commune) or a SIREN (a group).
"""

import argparse
import json
import resource
from collections import defaultdict
from pathlib import Path
from time import perf_counter

import numpy as np

from storage.authorities import find, load


def main() -> None:
    """Print top-1 and top-5, by kind and in all, then the time of a question and what loading costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--misses", action="store_true", help="also print what was not first")
    chosen = parser.parse_args()
    questions = json.loads(chosen.questions.read_text(encoding="utf-8"))
    before, start = _memory(), perf_counter()
    register = load()
    print(f"load {perf_counter() - start:.3f} s, {_memory() - before:.1f} MiB at most")
    ranks: dict[str, list[int]] = defaultdict(list)
    spent = []
    for question in questions:
        start = perf_counter()
        found = find(register, question["q"])
        spent.append((perf_counter() - start) * 1000)
        codes = [one.authority.code for one in found]
        rank = codes.index(question["code"]) if question["code"] in codes else 99
        ranks[question["kind"]].append(rank)
        if rank and chosen.misses:
            first = register.label(found[0].authority) if found else "nothing"
            print(f"  {question['q']!r} wants {question.get('name', question['code'])}: {rank}, got {first}")
    for kind, of_kind in sorted(ranks.items()):
        print(f"{kind:<24} {_share(of_kind, 1):.3f} {_share(of_kind, 5):.3f}")
    every = [rank for of_kind in ranks.values() for rank in of_kind]
    p50, p99 = np.percentile(spent, (50, 99))
    print(
        f"all: top-1 {_share(every, 1):.3f}, top-5 {_share(every, 5):.3f}, p50 {p50:.2f} ms, p99 {p99:.2f} ms"
    )


def _share(ranks: list[int], first: int) -> float:
    return sum(rank < first for rank in ranks) / len(ranks)


def _memory() -> float:
    """The most that the process ever took, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
