"""The words of an event in another language."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT
from registration.core.refusal import NotFound
from registration.events.access import event_page
from registration.events.models import Event
from registration.organiser import translation_forms
from registration.organiser.forms import errors_of
from registration.organiser.translations import remove_language, translate_event
from registration.organiser.views.frame import actor, done, event_screen
from registration.web.locale import LOCALES


@event_page(EDIT)
def translation(event: Event, code: str) -> ResponseReturnValue:
    """Show the words in the language *code*, and change them."""
    _check(code)
    if code == event.locale:
        return redirect(url_for("organiser.edit", slug=event.slug), 303)
    form = translation_forms.text_form(event, code)
    if request.method == "POST" and form.validate():
        slug = event.slug
        translate_event(event.id, form.text(code), form.parts(event), actor())
        return done(_("Saved."), "edit", slug=slug)
    errors = errors_of(form)
    return event_screen(
        "translation.html",
        event,
        422 if errors else 200,
        code=code,
        form=form,
        groups=translation_forms.groups(form, event),
        is_there=any(text.locale == code for text in event.texts),
        errors=errors,
        has_errors=bool(errors),
    )


@event_page(EDIT)
def remove(event: Event, code: str) -> ResponseReturnValue:
    """Delete the words in the language *code*."""
    _check(code)
    slug = event.slug
    remove_language(event.id, code, actor())
    return done(_("The texts were deleted."), "edit", slug=slug)


def _check(code: str) -> None:
    if code not in LOCALES:
        raise NotFound(_("This site does not speak that language."))
