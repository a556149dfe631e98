"""A link's token is made from a nonce and a secret key; who reads the database has neither."""

import re

from registration.core.tokens import derived, hashed, new_code, new_nonce, signing_keys

KEY = "a secret for tests, long enough to be one"
NONCE = "00112233445566778899aabbccddeeff"


def test_a_token_has_160_bits_and_fits_into_an_address() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{27}", derived(KEY, "booking", NONCE))


def test_a_token_is_the_same_as_long_as_key_purpose_and_nonce_are() -> None:
    assert derived(KEY, "booking", NONCE) == derived(KEY, "booking", NONCE)
    others = {
        derived(KEY, "booking", NONCE),
        derived(KEY, "feed", NONCE),
        derived(KEY, "booking", NONCE[::-1]),
        derived(KEY[::-1], "booking", NONCE),
    }
    assert len(others) == 4


def test_links_in_old_mails_stay_what_they_are() -> None:
    # A change of this value would break every link that was ever sent.
    assert derived(KEY, "booking", NONCE) == "PGABKw6A1SF9-p1gq4OfXFABhL4"


def test_the_database_keeps_a_hash_that_does_not_tell_the_token() -> None:
    token = derived(KEY, "booking", NONCE)
    assert re.fullmatch(r"[0-9a-f]{64}", hashed(token))
    assert token not in hashed(token)
    assert hashed(token) != hashed(token[:-1])


def test_any_text_can_be_looked_up() -> None:
    assert hashed("\ud800") != hashed("")


def test_nonces_and_codes_do_not_repeat() -> None:
    assert len({new_nonce() for _ in range(1000)}) == 1000
    assert len({new_code() for _ in range(1000)}) == 1000


def test_a_code_can_be_read_out() -> None:
    for _ in range(200):
        assert re.fullmatch(r"[2-9A-HJ-NP-Z]{8}", new_code())


def test_an_older_secret_still_verifies_while_the_new_one_signs(page_app) -> None:
    page_app.config.update(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old", "oldest"])
    assert signing_keys() == ["new", "old", "oldest"]
