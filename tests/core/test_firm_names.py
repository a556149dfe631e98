"""One firm, as its people write it."""

import pytest

from registration.core.firm_names import firm_name_key

SAME = (
    ("Dupont SA", "DUPONT S.A.", "dupont  s. a.", "Dupont", "Dupönt, SA", "Du pont S.A", "Dupont Sarl"),
    ("Agfa NV", "AGFA N.V.", "Agfa n.v", "agfa"),
    ("Müller GmbH", "Muller GmbH", "MÜLLER G.m.b.H.", "Müller GmbH & Co. KG", "Müller G. m. b. H."),
    ("Philips B.V.", "Philips BV", "philips"),
    ("Acme Ltd", "ACME Limited", "Acme Ltd.", "Acme, Inc.", "Acme Co., Ltd."),
    ("Nokia Oyj", "Nokia Oy", "NOKIA"),
    ("Volvo AB", "Volvo"),
    ("Novo ApS", "novo a.p.s."),
    ("Orlen Sp. z o.o.", "ORLEN Sp z oo", "Orlen sp. z o. o."),
    ("Fiat S.p.A.", "FIAT SpA"),
    ("トヨタ株式会社", "株式会社トヨタ", "トヨタ", "㈱トヨタ"),
    ("华为技术有限公司", "华为技术"),
    ("ООО Ромашка", "Ромашка", "Ромашка ООО"),
    ("AT&T", "AT & T", "at and t"),
    ("삼성전자 주식회사", "삼성전자"),
    ("Siemens Healthineers AG", "SIEMENS HEALTHINEERS", "Siemens-Healthineers"),
)
APART = (
    ("Dupont SA", "Durand SA"),
    ("Philips Belgium", "Philips France"),
    ("SAS Institute", "Institute of Health"),
    ("AB", "AG"),
    ("3M", "4M"),
)


@pytest.mark.parametrize("spellings", SAME, ids=lambda one: one[0])
def test_spellings_of_one_firm_are_one(spellings):
    assert len({firm_name_key(one) for one in spellings}) == 1
    assert firm_name_key(spellings[0])


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_firms_are_two(one, other):
    assert firm_name_key(one) != firm_name_key(other)


@pytest.mark.parametrize("name", ["SA", "GmbH & Co. KG", "株式会社", "AB", "Ltd."])
def test_a_name_of_nothing_but_a_form_keeps_something(name):
    assert firm_name_key(name)


@pytest.mark.parametrize("name", ["", "  ", ".", "&", "—"])
def test_no_name_is_no_firm(name):
    assert firm_name_key(name) == ""


def test_a_long_name_costs_no_more_than_its_length():
    assert len(firm_name_key("sa " * 50_000)) <= 254
