"""Every operation of the engine, by the kind of stage it belongs to. A new one is one entry more.

Stress, simulation and the state machine of the tests all run these lists.
"""

from collections.abc import Mapping, Sequence

from registration.proof.alterations import OF_CHOICES
from registration.proof.decisions import OF_ASKED
from registration.proof.operations import OF_SEATS, Operation
from registration.proof.organising import OF_TERMS

# A walk is about one kind: with all of them at once it would seldom come to the rare ones.
OPERATIONS: Mapping[str, Sequence[Operation]] = {
    "seats": OF_SEATS,
    "asked": (*(one for one in OF_SEATS if one.name not in {"accept", "decline"}), *OF_ASKED),
    "terms": (*OF_SEATS, *OF_TERMS),
    "choices": (*(one for one in OF_SEATS if one.name not in {"accept", "decline"}), *OF_CHOICES),
    "all": (*OF_SEATS, *OF_CHOICES, *OF_TERMS),
}
BY_NAME = {operation.name: operation for operation in OPERATIONS["all"]}
