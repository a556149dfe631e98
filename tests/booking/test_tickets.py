"""The ticket: its own link, a code that phones read, a PDF that shows every name."""

import re
import subprocess
import sys
import zlib

import pytest
import segno
from sqlalchemy import select, update

from registration.booking.models import Attendee
from registration.booking.queries.bookings import seat
from registration.booking.tickets import qr_svg, ticket_path, ticket_pdf, tickets_of
from registration.capability.services import BOOKING, replace, token_of
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.seats.models import Registration
from tests.factories import cancel_registration, make_event, register


def path_of(registration, rank: int = 0) -> str:
    db.session.rollback()
    token = token_of(db.session(), registration.booking_id, BOOKING)
    codes = db.session.scalars(
        select(Attendee.code).where(Attendee.registration_id == registration.id).order_by(Attendee.rank)
    ).all()
    return ticket_path(token, codes[rank])


@pytest.fixture
def ada(page_app):
    return register(make_event(title="Gala"), "Ada Lovelace", firm="COCIR", party=2)


def test_each_attendee_has_a_ticket_of_her_own(page_client, ada):
    first, second = page_client.get(path_of(ada)), page_client.get(path_of(ada, 1))
    assert first.status_code == second.status_code == 200
    assert "Ada Lovelace" in first.text
    assert "Guest 1 of Ada Lovelace" not in first.text
    assert "Guest 1 of Ada Lovelace" in second.text
    code = path_of(ada).split("/")[2].partition("-")[0]
    assert f"<code>{code}</code>" in first.text
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["Referrer-Policy"] == "no-referrer"


def test_the_code_is_a_plain_qr_on_white(page_client, ada):
    answer = page_client.get(path_of(ada) + "qr.svg")
    assert answer.mimetype == "image/svg+xml"
    assert b'fill="#fff' in answer.data
    assert b"style" not in answer.data
    code = path_of(ada).split("/")[2].partition("-")[0]
    made = segno.make_qr(code, error="m")
    assert not made.is_micro
    assert made.version == 1
    assert qr_svg(code) == answer.data


@pytest.mark.parametrize("tail", ["", "qr.svg", "ticket.pdf"])
def test_a_link_that_we_did_not_make_opens_nothing(page_client, ada, tail):
    path = path_of(ada)
    for wrong in (
        "/tickets/x/",
        "/tickets/-/",
        path[:-2] + "/",
        path.replace("-", "--", 1),
        path_of(ada, 1)[:18] + "/",
    ):
        assert page_client.get(wrong + tail).status_code == 404, wrong
    stolen = path_of(ada, 1).split("/")[2].partition("-")[0] + "-" + path.split("/")[2].partition("-")[2]
    assert page_client.get(f"/tickets/{stolen}/{tail}").status_code == 404


def test_a_ticket_ends_with_the_link_it_was_sent_with(page_client, ada):
    old = path_of(ada)
    write_tx(lambda session: replace(session, ada.booking_id, BOOKING))
    assert page_client.get(old).status_code == 404
    assert page_client.get(path_of(ada)).status_code == 200


@pytest.mark.parametrize("ended", ["cancelled", "given back", "event off", "waits"])
def test_who_has_no_seat_has_no_valid_ticket(page_client, ada, ended):
    path = path_of(ada)
    if ended == "cancelled":
        cancel_registration(ada)
    else:
        changes = {
            "given back": update(Attendee).values(removed_at=ada.created_at),
            "event off": update(Event).values(status="cancelled"),
            "waits": update(Registration).values(state="waitlisted"),
        }
        write_tx(lambda session: session.execute(changes[ended]))
    page = page_client.get(path)
    assert page.status_code == 410
    assert "no longer valid" in page.text
    assert "<img" not in page.text
    assert page_client.get(path + "qr.svg").status_code == 410
    assert page_client.get(path + "ticket.pdf").status_code == 410


def test_the_page_of_the_booking_leads_to_the_tickets(page_client, ada):
    token = token_of(db.session(), ada.booking_id, BOOKING)
    page = page_client.get(f"/bookings/{token}/").text
    assert f'href="{path_of(ada)}"' in page
    assert f'href="{path_of(ada, 1)}"' in page


def glyphs(pdf: bytes) -> str:
    """Return the text that a PDF says it shows, from the maps of its fonts (PDF 32000-1 §9.10.3)."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    # A stream may end in what looks like the end of its line, so the last byte may be missing.
    opened = [zlib.decompressobj().decompress(one) for one in streams if one[:1] == b"\x78"]
    maps = b"".join(one for one in opened if b"beginbfchar" in one or b"beginbfrange" in one)
    found = re.findall(rb"<[0-9a-fA-F]+>\s*<([0-9a-fA-F]{4,})>", maps)
    return "".join(bytes.fromhex(one.decode()).decode("utf-16-be", "replace") for one in found)


@pytest.mark.parametrize(
    "name",
    ["Ada Lovelace", "Zoë Øst-Łęcki", "$x$ #pagebreak() *b* \\ // @ref <l>", "李小龙", "משה כהן", "محمد"],
)
def test_the_pdf_shows_the_name_and_reads_nothing_in_it(page_app, page_client, name):
    found = register(make_event(), name)
    answer = page_client.get(path_of(found) + "ticket.pdf")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", answer.data)) <= 1
    assert set(name.replace(" ", "")) <= set(glyphs(answer.data))


def test_a_party_is_one_pdf_with_a_page_each(page_app):
    found = register(make_event(capacity=9), "Ada", party=3)
    with page_app.test_request_context():
        pdf = ticket_pdf(tickets_of(seat(db.session(), found.id, "en")))
    assert b"/StructTreeRoot" in pdf or b"ObjStm" in pdf
    assert pdf.startswith(b"%PDF-")


def test_without_the_typesetter_the_page_still_shows_the_code(page_client, ada, monkeypatch, tmp_path):
    monkeypatch.setattr("registration.core.typesetting._TYPESETTER", tmp_path / "gone.py")
    answer = page_client.get(path_of(ada) + "ticket.pdf")
    assert answer.status_code == 503
    assert "The page shows the same code" in answer.text
    assert page_client.get(path_of(ada)).status_code == 200


def test_typesetting_takes_no_memory_from_the_server(page_app):
    code = "import sys, registration.app; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
