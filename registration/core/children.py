"""Find a child by its own id and its parent's: an id that somebody sends is never enough by itself."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.core.database import Model
from registration.core.refusal import NotFound

M = TypeVar("M", bound=Model)


def child_of(
    session: Session,
    model: type[M],
    child_id: int,
    sentence: object,
    *,
    lock: bool = False,
    **parents: int | str,
) -> M:
    """Return the *model* with *child_id* that belongs to all of *parents* (column=id), read anew.

    Raises NotFound with *sentence* where it is not there or is somebody else's: the two look alike.
    """
    if not parents:
        raise TypeError("child_of needs a parent: an id alone may be another organiser's.")
    columns = model.__table__.c
    query = select(model).where(
        columns["id"] == child_id, *(columns[name] == value for name, value in parents.items())
    )
    if lock:
        query = query.with_for_update(key_share=True)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(sentence)
    return found
