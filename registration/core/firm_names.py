"""Names of firms as people write them, made comparable: no case, accents, points, blanks or legal form."""

import re
from functools import lru_cache

from registration.core.text import fold

LENGTH = 254
# No form takes a longer name; what comes by another way costs no more than this.
_READ = 400
# Written apart or with points they are the same: what is left of a name is joined before it is compared.
_FORMS = """
    ab aebe ae ag aisbl aps asbl asa as bhd bv bvba co company corp corporation cv cvba doo dooel eg
    ehf epe eood eirl esv ev eurl fzco fzllc gbr ggmbh gie gmbh gmbhcokg gmbhcokgaa gk hf ike inc
    incorporated ivzw jsc kabushikikaisha kft kg kgaa kk lda limited llc lllp llp lp ltd ltda ltdsti
    mbh nv nyrt oao ojsc ohg ood ou oy oyj pao pc pjsc plc pte pteltd pty ptyltd pvt pvtltd rt sa
    sab sabdecv sadecv sapi sapidecv sarl sas sasu sc sca scarl sccl scop scrl scs sdnbhd se sencrl
    sia sicav sl slu snc spa spj spk spolkaakcyjna spoo spzoo sprl srl srls sro ltdco coltd ug uab
    vof vzw ughaftungsbeschrankt yk zao zrt andco andcie andcokg andcompany andsons
    aktiengesellschaft aktiebolag aktieselskab anonimsirketi naamlozevennootschap
    beslotenvennootschap osakeyhtio societeanonyme gesellschaftmitbeschrankterhaftung spolkazoo
    publiclimitedcompany privatelimited societaperazioni
"""
_CYRILLIC = ("ооо", "оао", "зао", "пао", "ао", "ип", "еоод", "оод", "еад", "ад")
# These stand before or behind the name without a blank.
_JOINED = (
    "株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "(株)", "(有)",
    "有限责任公司", "股份有限公司",
    "有限公司", "股份公司", "주식회사", "유한회사", "(주)", "(유)",
)  # fmt: skip
# In these countries the form comes first.
_FIRST = {fold(one) for one in ("sarl", "sas", "eurl", "pt", "ooo", "zao", "oao", "pao", "jsc", *_CYRILLIC)}
_LAST = {fold(one) for one in (*_FORMS.split(), *_CYRILLIC)}
_GLUED = sorted((fold(one) for one in _JOINED), key=len, reverse=True)
_POINTS = re.compile(r"[.'’`´·]")
_APART = re.compile(r"[\W_]+")
# "G. m. b. H. & Co. KG" has seven parts.
_MOST_PARTS = 8


@lru_cache(maxsize=1024)
def firm_name_key(name: str) -> str:
    """Return what two spellings of one firm have in common: "DUPONT S.A." and "Dupont" are the same."""
    folded = fold(name[:_READ])
    if not any(one.isalnum() for one in folded):
        return ""
    for form in _GLUED:
        if folded.startswith(form) or folded.endswith(form):
            folded = folded.removeprefix(form).removesuffix(form) or folded
    words = [one for one in _APART.split(_POINTS.sub("", folded.replace("&", " and "))) if one]
    words = _without_first(_without_last(words))
    return "".join(words)[:LENGTH]


def _without_last(words: list[str]) -> list[str]:
    """Take legal forms away from the end, never all of the name."""
    is_shorter = True
    while is_shorter:
        is_shorter = False
        for count in range(min(_MOST_PARTS, len(words) - 1), 0, -1):
            if "".join(words[-count:]) in _LAST:
                words, is_shorter = words[:-count], True
                break
    return words


def _without_first(words: list[str]) -> list[str]:
    return words[1:] if len(words) > 1 and words[0] in _FIRST else words
