"""How much each feature counts: fitted on one half of the development questions, checked on the other.

``scripts/evaluate_search.py`` measures what they are worth on any collection.
"""

import numpy as np

from storage.search.features import FEATURES

OTHER_NAME = 0.95  # a question put with an acronym's expansion, or the reverse

_WEIGHTS = {
    "first": 7.0,
    "title": 1.4,
    "filled": 1.6,
    "head": 0.9,
    "all": 2.4,
    "title_pairs": 1.1,
    "all_pairs": 1.1,
    "near_pairs": 0.7,
    "run": 1.5,
}
WEIGHTS = np.array([_WEIGHTS[name] for name in FEATURES])
