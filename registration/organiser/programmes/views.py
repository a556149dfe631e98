"""Create a programme, and change it."""

from collections.abc import Callable, Mapping

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT, organiser_page
from registration.accounts.models import Organiser
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.events.access import programme_page
from registration.events.models import Programme
from registration.events.programme_links import links_of
from registration.organiser.programmes import services as programmes
from registration.organiser.programmes.forms import ProgrammeForm
from registration.organiser.programmes.services import ProgrammeFacts
from registration.organiser.shared.concurrent_form import save_merged
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, programme_screen, tell, told
from registration.organiser.translations.services import languages_of_programme


@organiser_page(EDIT)
def new_programme(organiser: Organiser) -> ResponseReturnValue:
    """Link events on one page."""
    titles = _titles(organiser.id, None)
    form = ProgrammeForm()
    form.offer(titles)
    if request.method == "GET":
        form.locale.data = organiser.locale
        return _page(form, titles, 200, _("New programme for %(name)s", name=organiser.name))
    heading, organiser_id = _("New programme for %(name)s", name=organiser.name), organiser.id
    return _saved(form, titles, heading, lambda facts: programmes.create(organiser_id, facts, actor()))


@programme_page(EDIT)
def edit_programme(programme: Programme) -> ResponseReturnValue:
    """Change its words, its events, their order, and which asks for which."""
    titles = _titles(programme.organiser_id, programme.id)
    form = ProgrammeForm()
    form.offer(titles)
    form.stored = lambda: _stored(titles, programme)
    heading, slug, programme_id = _("Edit %(title)s", title=programme.title), programme.slug, programme.id
    if request.method == "GET":
        form.fill(programme, links_of(db.session(), programme.id))
        form.shows(programmes.stored(db.session(), programme))
        return _page(form, titles, 200, heading, programme)

    def save(facts: ProgrammeFacts) -> str:
        programmes.change(programme_id, facts, actor(), form.seen())
        return slug

    return _saved(form, titles, heading, save, programme)


def _saved(
    form: ProgrammeForm,
    titles: Mapping[int, str],
    heading: str,
    save: Callable[[ProgrammeFacts], str],
    programme: Programme | None = None,
) -> ResponseReturnValue:
    if form.validate():
        try:
            saved = save_merged(form, lambda: save(form.facts(titles)))
        except Refusal as refusal:
            return _page(form, titles, tell(form, refusal), heading, programme)
        return done(_("Saved."), "edit_programme", slug=saved)
    return _page(form, titles, 422, heading, programme)


def _stored(titles: Mapping[int, str], programme: Programme) -> ProgrammeForm:
    form = ProgrammeForm(formdata=None)
    form.offer(titles)
    form.fill(programme, links_of(db.session(), programme.id))
    return form


def _titles(organiser_id: int, programme_id: int | None) -> dict[int, str]:
    rows = programmes.candidates(db.session(), organiser_id, programme_id)
    return {row.id: told(row).title for row in rows}


def _page(
    form: ProgrammeForm,
    titles: Mapping[int, str],
    status: int,
    heading: str,
    programme: Programme | None = None,
) -> ResponseReturnValue:
    errors = errors_of(form)
    slug = programme.slug if programme else ""
    return programme_screen(
        "programme.html",
        heading,
        status,
        form=form,
        titles={str(event_id): title for event_id, title in titles.items()},
        heading=heading,
        slug=slug,
        languages_of=languages_of_programme(programme) if programme else (),
        words_page="organiser.programme_translation",
        is_programme=True,
        errors=errors,
        has_errors=bool(errors),
    )
