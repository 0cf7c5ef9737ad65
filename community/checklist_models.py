"""The models of checklists that are shipped: which steps, and how many days from the target each is.

The sentences are labels: ``checklists.steps.<model>.<step>``. A step before the target has negative days.
"""

from collections.abc import Mapping, Sequence

# Number in a button -> the model. A number is never used again for another one.
SHIPPED: Mapping[int, str] = {1: "consultation", 2: "meetup", 3: "welcome", 4: "revival"}
BLANK = 9
OWN = 100  # numbers from here on are models that somebody kept

STEPS: Mapping[str, Sequence[tuple[str, int]]] = {
    "consultation": (
        ("frame", -90),
        ("pilot", -84),
        ("people", -77),
        ("opponents", -63),
        ("method", -56),
        ("place", -49),
        ("file", -42),
        ("announce", -30),
        ("absent", -21),
        ("helpers", -14),
        ("rehearse", -7),
        ("day", 0),
        ("thank", 2),
        ("minutes", 14),
        ("answer", 45),
        ("followed", 180),
    ),
    "meetup": (
        ("aim", -42),
        ("date", -35),
        ("announce", -28),
        ("witness", -21),
        ("remind", -14),
        ("check", -7),
        ("last_word", -2),
        ("day", 0),
        ("notes", 2),
        ("share", 7),
        ("actions", 30),
    ),
    "welcome": (
        ("hello", 0),
        ("profile", 1),
        ("sponsor", 3),
        ("introduce", 7),
        ("first_step", 14),
        ("meetup", 21),
        ("news", 30),
        ("contribute", 90),
    ),
    "revival": (
        ("look", -30),
        ("listen", -21),
        ("team", -14),
        ("promise", -10),
        ("clean", -7),
        ("invite", -3),
        ("day", 0),
        ("coffee", 7),
        ("answers", 14),
        ("digest", 21),
        ("measure", 60),
    ),
}
