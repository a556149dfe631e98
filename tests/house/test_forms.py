"""No form of the house loses what was typed: found on the pages, so that a new form cannot stay out."""

import re
from io import BytesIO
from random import Random

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from registration.web.refill import is_typed
from tests.house.robot import House, forms_in

# Posts that no page of the stage shows a form for: buttons, and what stands behind links of other states.
BUTTONS = {
    "booking.accept", "booking.decline", "booking.split", "booking.verify_again", "booking.confirm_address",
    "booking.forget_address", "booking.withdraw_handover", "booking.end_messages",
    "booking.renew_person_feed",
    "booking.show_own_sessions", "reconfirm.reconfirm", "firms.keep", "organiser.retry_mails",
    "booking.send_feed", "booking.renew_feed", "booking.end_feed", "booking.show_sessions",
    "organiser.stop_mailing", "organiser.check_in", "organiser.reopen", "organiser.release",
    "organiser.send_again", "organiser.seat", "organiser.end_calendar", "organiser.remind_invited",
    "organiser.remove_programme_translation", "organiser.remove_translation", "organiser.remove_category",
    "organiser.remove_session", "organiser.text_ours", "organiser.text_test", "security.reset_password",
    "organiser.move_material", "organiser.move_question", "organiser.renew_calendar",
    "organiser.withdraw_invitation", "organiser.change_capacity", "organiser.send_invitations",
}  # fmt: skip
# Never shown again: passwords.
SIGN_IN = {"security.login", "security.forgot_password", "security.change_password", "security.logout"}
CHINESE = "汉"


@pytest.fixture
def house(page_app, page_client):
    return House(page_app, page_client)


@pytest.fixture
def forms(house):
    return {name: one for name, one in house.forms().items() if name not in SIGN_IN}


def lost_of(answer, words: str, form) -> list[str]:
    """Return which texts of *form* do not come back with *words*."""
    if f">{words}</li>" in answer.text:
        return []
    held: dict[str, set[str]] = {}
    for _action, _files, controls in forms_in(answer.text, ""):
        for one in controls:
            held.setdefault(one.name, set()).add(one.value)
    return [one.name for one in form.texts if words not in held.get(one.name, ())]


def test_every_post_is_on_a_page_or_a_button(page_app, forms):
    posts = {rule.endpoint for rule in page_app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts - set(forms) - SIGN_IN - BUTTONS == set()


def test_another_language_keeps_what_was_typed(house, forms):
    lost, beside = [], set()
    for form in forms.values():
        main = re.search(r'<form [^>]*\bid="form"[^>]*>', house.client.get(form.page).text)
        if main is None or ("action=" in main[0] and f'action="{form.action}"' not in main[0]):
            beside.update([form.endpoint] if form.texts else [])
            continue
        words = f"Ada {form.endpoint}"
        data = form.filled(words)
        data["in-language"] = "fr"
        answer = house.client.post(form.page.partition("?")[0] + "?lang=fr", data=data)
        if answer.status_code != 422 or '<html lang="fr"' not in answer.text or lost_of(answer, words, form):
            lost.append((form.endpoint, answer.status_code, lost_of(answer, words, form)))
    assert not lost, lost
    # The button of a language belongs to one form of a page: what asks for another text has its own page.
    assert beside == set()


def test_a_form_that_is_out_of_date_keeps_what_was_typed(house, forms):
    lost = []
    for form in forms.values():
        words = f"Ada {form.endpoint}"
        data = form.filled(words)
        for key in ("csrf_token", "key", "submit_key"):
            if key in data:
                data[key] = "of another day"
        answer = house.client.post(form.action, data=data)
        if not form.texts:
            assert answer.status_code < 500
        elif answer.status_code // 100 != 4 or lost_of(answer, words, form):
            lost.append((form.endpoint, answer.status_code, lost_of(answer, words, form)))
    assert not lost, lost


def test_what_is_refused_comes_back_as_it_was_typed(house, forms):
    lost = []
    for form in forms.values():
        if not form.texts:
            continue
        # Longer than any line, and no address, number or code.
        words = "Ada, Ben and Cleo " * 80 + form.endpoint
        answer = house.client.post(form.action, data=house.fresh(form).filled(words))
        lines = [one for one in form.texts if one.kind != "textarea"]
        if answer.status_code == 303 and not lines:
            continue
        if answer.status_code // 100 != 4 or lost_of(answer, words, form):
            lost.append((form.endpoint, answer.status_code, lost_of(answer, words, form)))
    assert not lost, lost


def test_who_was_signed_out_while_typing_gets_it_all_back(house, forms, page_app):
    lost = []
    for form in forms.values():
        if not form.endpoint.startswith("organiser.") or not form.texts:
            continue
        words = f"Ada {form.endpoint}"
        data = house.fresh(form).filled(words)
        stranger = page_app.test_client()
        answer = stranger.post(form.action, data=data)
        kept = forms_in(answer.text, form.action)
        again = [controls for action, _files, controls in kept if action == form.action]
        if answer.status_code != 401 or not again:
            lost.append((form.endpoint, answer.status_code, lost_of(answer, words, form)))
            continue
        answer = house.client.post(form.action, data={one.name: one.value for one in again[0]})
        if answer.status_code != 400 or lost_of(answer, words, form):
            lost.append((form.endpoint, answer.status_code, lost_of(answer, words, form)))
    assert not lost, lost


def test_the_largest_of_everything_is_read(house, forms, page_app):
    refused = []
    page_app.config["WTF_CSRF_ENABLED"] = False
    for form in forms.values():
        if not form.texts and not form.files:
            continue
        office = form.endpoint.startswith("organiser.")
        data = form.shown()
        for one in form.texts:
            long = 20_000 if office and one.name in ("description", "guests") else 1000
            data[one.name] = CHINESE * (long if one.kind == "textarea" else 200)
        sent = {name: data.getlist(name) for name in data}
        # As a script would send it too: every byte of a character becomes three.
        answers = [house.client.post(form.action, data=sent)]
        if form.takes_files:
            files = form.files[:5]
            size = page_app.config["MAX_FILE" if not office else "MAX_UPLOAD"]
            sent |= {one.name: FileStorage(BytesIO(Random(1).randbytes(size)), "paper.pdf") for one in files}
            boundary, body = encode_multipart(sent)
            kind = f'multipart/form-data; boundary="{boundary}"'
            answers.append(house.client.post(form.action, data=body, content_type=kind))
        refused += [(form.endpoint, one.status_code) for one in answers if one.status_code in (400, 413)]
    assert not refused, refused


def test_keys_are_no_typed_text():
    assert not any(is_typed(name) for name in ("csrf_token", "key", "submit_key", "new_password"))


def test_head_answers_what_get_does_without_the_body(house):
    differs = []
    for page in house.pages():
        answer, head = house.client.get(page), house.client.head(page)
        said = [(one.status_code, one.content_type, one.headers.get("Location")) for one in (answer, head)]
        if said[0] != said[1] or head.data:
            differs.append((page, said))
    assert not differs, differs
