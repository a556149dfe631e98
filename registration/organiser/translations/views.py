"""The words of an event or a programme in another language."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.accounts.access import EDIT
from registration.core.refusal import NotFound
from registration.events.access import event_page, programme_page
from registration.events.models import Event, Programme
from registration.organiser.shared.fields import errors_of
from registration.organiser.shared.screen import actor, done, event_screen, programme_screen, refused, told
from registration.organiser.translations import forms as translations_forms
from registration.organiser.translations import services as texts
from registration.organiser.translations.forms import TextForm
from registration.web.locale import LOCALES


@event_page(EDIT)
def translation(event: Event, code: str) -> ResponseReturnValue:
    """Show the words of an event in the language *code*, and change them."""
    _check(code)
    if code == event.locale:
        return redirect(url_for("organiser.edit", slug=event.slug), 303)
    form = translations_forms.text_form(event, code)
    status = 200
    if request.method == "POST":
        slug, event_id = event.slug, event.id
        status = refused(
            form,
            lambda: texts.translate_event(
                event_id, form.text(code), form.parts(event), actor(), form.seen(), form.note()
            ),
        )
        if not status:
            return done(_("Saved."), "edit", slug=slug)
    values = _values(
        form, code, told(event).title, url_for("organiser.remove_translation", slug=event.slug, code=code)
    )
    return event_screen(
        "translation.html",
        event,
        status,
        groups=translations_forms.groups(form, event),
        is_there=any(text.locale == code for text in event.texts),
        **values,
    )


@event_page(EDIT)
def remove(event: Event, code: str) -> ResponseReturnValue:
    """Delete the words of an event in the language *code*."""
    _check(code)
    slug = event.slug
    texts.remove_language(event.id, code, actor())
    return done(_("The texts were deleted."), "edit", slug=slug)


@programme_page(EDIT)
def programme_translation(programme: Programme, code: str) -> ResponseReturnValue:
    """Show the words of a programme in the language *code*, and change them."""
    _check(code)
    slug = programme.slug
    if code == programme.locale:
        return redirect(url_for("organiser.edit_programme", slug=slug), 303)
    form = translations_forms.programme_form(programme, code)
    status = 200
    if request.method == "POST":
        programme_id = programme.id
        status = refused(
            form,
            lambda: texts.translate_programme(programme_id, form.text(code), actor(), form.seen()),
        )
        if not status:
            return done(_("Saved."), "edit_programme", slug=slug)
    values = _values(
        form, code, programme.title, url_for("organiser.remove_programme_translation", slug=slug, code=code)
    )
    return programme_screen(
        "translation.html",
        programme.title,
        status,
        groups=translations_forms.own_group(form),
        is_there=code in programme.translations,
        is_programme=True,
        **values,
    )


@programme_page(EDIT)
def remove_programme(programme: Programme, code: str) -> ResponseReturnValue:
    """Delete the words of a programme in the language *code*."""
    _check(code)
    slug = programme.slug
    texts.remove_programme_language(programme.id, code, actor())
    return done(_("The texts were deleted."), "edit_programme", slug=slug)


def _values(form: TextForm, code: str, title: str, remove_url: str) -> dict[str, Any]:
    errors = errors_of(form)
    return {
        "form": form,
        "code": code,
        "title": title,
        "remove_url": remove_url,
        "errors": errors,
        "has_errors": bool(errors),
    }


def _check(code: str) -> None:
    if code not in LOCALES:
        raise NotFound(_("This site does not speak that language."))
