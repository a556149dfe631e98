"""What a guesser tries first is refused, and what people can remember is not."""

import pytest

from registration.accounts.easy_passwords import is_easy
from registration.accounts.services import _new_password

ABOUT = ("ada.lovelace@example.org", "ada", "lovelace", "Ada Lovelace", "Registration", "COCIR")


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password1234!", "P@ssw0rd2026!", "123456789012", "qwertyuiop12", "azertyuiop123",
        "aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijkl", "iloveyou2026", "welcome12345", "letmein!!!!!",
        "passwordpassword", "sunshinemonkey", "motdepasse2026", "wachtwoord123", "willkommen2026",
        "111122223333", "ada.lovelace1", "AdaLovelace2026", "lovelace12345", "COCIR2026!!!!",
        "registration12",
        "ＰＡＳＳＷＯＲＤ１２３４", "password 1234 ", "0987654321098",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_easy(password):
    assert is_easy(password, ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery", "violet-otter-41-lamp", "Zwölf Boxkämpfer jagen", "我们一起去看海边的日落吧",
        "tR9#kfWq2!vPz", "une phrase que je retiens", "RQFA-HERU-7PZG-Y845", "passenger on the ninth tram",
    ],
)  # fmt: skip
def test_what_can_be_remembered_is_not(password):
    assert not is_easy(password, ABOUT)


def test_no_password_that_we_make_is_easy():
    assert not any(is_easy(_new_password(), ABOUT) for _one in range(200))
