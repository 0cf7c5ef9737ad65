"""How much each feature counts: fitted on one half of the development questions, checked on the other.

``scripts/evaluate_search.py`` measures what they are worth on any collection.
"""

import numpy as np

from storage.search.features import FEATURES

OTHER_NAME = 0.95  # a question put with an acronym's expansion, or the reverse

_WEIGHTS = {
    "first": 7.6,
    "title": 1.9,
    "filled": 1.9,
    "head": 0.8,
    "all": 2.2,
    "title_pairs": 1.35,
    "head_pairs": -0.8,
    "all_pairs": 1.44,
    "near_pairs": 0.5,
    "run": 3.0,
    "title_run": -0.96,
    "exact": -0.06,
    "whole": -0.93,
    "whole_head": 0.66,
    "early": 0.06,
    "long": -1.93,
    "repeat": 0.16,
}
WEIGHTS = np.array([_WEIGHTS[name] for name in FEATURES])
