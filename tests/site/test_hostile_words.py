"""Words that want to be more than words stay words."""

import json
import re
from html.parser import HTMLParser

import pytest

from registration.site.page import web_url
from tests.factories import make_event
from tests.site.arranging import edit, link, publish, word

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "{{1009*1013}}{% raise %}",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)",
    "<!--",
    "\u202eevil",
]


class Elements(HTMLParser):
    """The tags and attributes of a page as a browser finds them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    @classmethod
    def of(cls, page: str) -> "Elements":
        found = cls()
        found.feed(page)
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _value in attrs]


@pytest.fixture
def event(page_app):
    return make_event()


def page_of(client, event) -> str:
    answer = client.get(f"/events/{event.slug}/")
    assert answer.status_code == 200
    return answer.text


def told_to_machines(page: str) -> dict:
    """Return the data block as a browser cuts it out: to the first end tag."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_shown_and_not_obeyed(page_client, event, words):
    word(event, title=words, summary=words, description=words)
    edit(event, venue=words, street=words, city=words)
    slug = link(words, event)
    addresses = (f"/events/{event.slug}/", "/", "/organisers/ditta/", f"/programmes/{slug}/")
    for page in (page_client.get(address).text for address in addresses):
        elements = Elements.of(page)
        assert not [name for name in elements.attributes if name.startswith("on")]
        assert elements.tags.count("script") == page.count("</script>") <= 2
        # The QR code of the feed, and no other picture.
        assert elements.tags.count("img") == len(re.findall(r'\.svg(?:\?lang=\w+)?" alt="QR code', page)) == 1
        assert str(1009 * 1013) not in page
    page = page_of(page_client, event)
    assert told_to_machines(page)["name"] == words


def test_markdown_links_lead_to_the_web_or_to_a_mailbox_only(page_client, event):
    text = "[a](javascript:alert(1)) [b](https://example.org/ok) [c](data:text/html,x) <a href=//x>d</a>"
    word(event, description=text)
    main = page_of(page_client, event).split("<main")[1].split("</main>")[0]
    assert 'href="https://example.org/ok"' in main
    assert 'href="javascript' not in main
    assert 'href="data' not in main
    assert 'href="//x"' not in main


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.org", "", "http://["])
def test_papers_and_meetings_at_no_web_address_get_no_link(page_client, event, url):
    assert web_url(url) == ""
    publish(event, "Paper", url)
    assert "Presentations and documents" not in page_of(page_client, event)


def test_a_language_that_nobody_knows_is_shown_as_typed(page_client, event):
    publish(event, "Paper", "https://example.org/p", "xx-nonsense")
    publish(event, "Other", "https://example.org/o", "")
    assert "xx-nonsense" in page_of(page_client, event)


def test_titles_and_names_choose_their_own_direction(page_client, event):
    word(event, title="ורשה", summary="x")
    page = page_of(page_client, event)
    assert '<h1 dir="auto">ורשה</h1>' in page
    assert "<bdi>DITTA</bdi>" in page


def test_search_engines_read_the_same_facts(page_client, event):
    data = told_to_machines(page_of(page_client, event))
    assert data["@type"] == "Event"
    assert data["url"] == f"http://localhost/events/{event.slug}/"
    assert data["location"]["address"]["addressLocality"] == "Brussels"
    assert data["offers"]["availability"] == "https://schema.org/InStock"
    assert data["startDate"].endswith("+00:00")


def test_an_event_that_is_online_alone_tells_no_meeting_address_to_machines(page_client, event):
    edit(event, venue="", city="", online_url="https://meet.example.org/secret")
    page = page_of(page_client, event)
    assert told_to_machines(page)["location"]["@type"] == "VirtualLocation"
    assert "meet.example.org" not in page


def test_the_policy_allows_no_inline_script_and_the_page_needs_none(page_client, event):
    answer = page_client.get(f"/events/{event.slug}/")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert " style=" not in answer.text
