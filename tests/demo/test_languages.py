"""The demo shows an event in every language."""

from registration.demo.build import build
from registration.web.locale import LOCALES

TITLES = {
    "en": "DITTA annual meeting",
    "fr": "Réunion annuelle de DITTA",
    "nl": "Jaarvergadering van DITTA",
    "de": "Jahresversammlung von DITTA",
    "zh": "DITTA 年会",
}


def test_the_meeting_and_its_form_speak_every_language(page_app, page_client):
    build()
    for code in LOCALES:
        page = page_client.get(f"/events/ditta-annual-meeting/?lang={code}").text
        assert f">{TITLES[code]}</h1>" in page
        assert page_client.get(f"/events/ditta-annual-meeting/register?lang={code}").status_code == 200
    form = page_client.get("/events/ditta-annual-meeting/register?lang=fr").text
    assert "Avez-vous besoin de quelque chose pour participer ?" in form
    assert "Membre" in form
    assert "Jahresversammlung und Workshop von DITTA" in page_client.get("/?lang=de").text
