"""The blocks of a form, one for each attendee: added and removed without a script."""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict


def without_attendee(formdata: MultiDict[str, str], index: int) -> MultiDict[str, str]:
    """Return *formdata* without the attendee of that block, the others moved up."""
    kept: MultiDict[str, str] = MultiDict()
    indices = sorted(blocks(formdata))
    numbers = {old: new for new, old in enumerate(one for one in indices if one != index)}
    for name, value in formdata.items(multi=True):
        block = block_of(name)
        if block is None:
            kept.add(name, value)
        elif block in numbers:
            tail = name.split("-", 2)[2]
            kept.add(f"attendees-{numbers[block]}-{tail}", value)
    return kept


def blocks(formdata: Mapping[str, str]) -> set[int]:
    """Return the numbers of the blocks that *formdata* has fields of."""
    return {found for name in formdata if (found := block_of(name)) is not None}


def block_of(name: str) -> int | None:
    """Return the number of the attendee's block that a field's name belongs to."""
    parts = name.split("-", 2)
    is_block = len(parts) == 3 and parts[0] == "attendees" and parts[1].isascii() and parts[1].isdigit()
    return int(parts[1][:6]) if is_block else None
