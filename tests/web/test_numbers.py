"""A number in an address that no database holds names nothing."""

import pytest

from tests.factories import make_account, make_event, sign_in

HUGE = "9" * 25


@pytest.mark.parametrize("part", ["registrations/%s", "messages/%s/edit", "files/%s"])
def test_a_page_of_a_number_beyond_all_ids_is_not_found(page_app, page_client, part):
    event = make_event()
    sign_in(page_client, "ada@example.org", make_account("ada@example.org", "manager"))
    assert page_client.get(f"/organiser/events/{event.slug}/{part % HUGE}").status_code == 404


def test_a_file_of_a_number_beyond_all_ids_is_not_found(page_app, page_client):
    event = make_event()
    assert page_client.get(f"/events/{event.slug}/materials/{HUGE}").status_code == 404
