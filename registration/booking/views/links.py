"""Ask for the links of one's bookings again."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registration.booking.changes.send_links import send_links
from registration.booking.form.people import LinksForm, errors_of, tell
from registration.booking.views.opening import may_send
from registration.core.refusal import Refusal
from registration.core.text import normal_email
from registration.web.locale import page_locale

# Mails with links that one address gets in an hour, whoever asks.
PER_ADDRESS = 3


def show() -> ResponseReturnValue:
    """Ask for the address."""
    return _page(LinksForm(formdata=None), 200)


def send() -> ResponseReturnValue:
    """Send the links, if there are any; the answer is the same for every address."""
    form = LinksForm(formdata=request.form)
    if not form.validate():
        return _page(form, 422)
    try:
        # Too many mails to one address stop silently: she has them already.
        if may_send({f"links:{normal_email(form.email.data)}": PER_ADDRESS}):
            send_links(form.email.data, page_locale())
    except Refusal as refusal:
        tell(form, refusal)
        return _page(form, refusal.status)
    return redirect(url_for("booking.links_sent"), 303)


def sent() -> ResponseReturnValue:
    """Say, revealing nothing, that the links are on their way if there are any."""
    return render_template("booking/links_sent.html")


def _page(form: LinksForm, status: int) -> ResponseReturnValue:
    errors = errors_of(form)
    page = render_template("booking/links.html", form=form, errors=errors, has_errors=bool(errors))
    return page, status, {"Retry-After": "3600"} if status == 429 else {}
