"""The demo's words in other languages: the meeting in all of ours, its categories and its programme."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.events.models import Category, Event, Programme, Question
from registration.events.services import Text, put_text
from registration.events.wording import translate

MEETING = (
    Text(
        "nl",
        "Jaarvergadering van DITTA",
        "De vereniging voor beeldvorming, zorg-IT en radiotherapie komt samen.",
        "Leden en gasten blikken terug op het jaar en zetten de koers uit voor het volgende.",
    ),
    Text(
        "de",
        "Jahresversammlung von DITTA",
        "Der Verband für Bildgebung, Gesundheits-IT und Strahlentherapie trifft sich.",
        "Mitglieder und Gäste blicken auf das Jahr zurück und legen den Kurs für das nächste fest.",
    ),
    Text(
        "zh",
        "DITTA 年会",
        "影像诊断、医疗信息技术与放射治疗行业协会年度会议。",
        "会员与嘉宾回顾一年工作，并确定来年方向：法规趋同、标准、网络安全和欧洲健康数据空间。",
    ),
)
NAMES = {
    "Member": {"fr": "Membre", "nl": "Lid", "de": "Mitglied", "zh": "会员"},
    "Non-member": {"fr": "Non-membre", "nl": "Niet-lid", "de": "Nichtmitglied", "zh": "非会员"},
    "Speaker": {"fr": "Orateur", "nl": "Spreker", "de": "Vortragende", "zh": "演讲者"},
    "Press": {"fr": "Presse", "nl": "Pers", "de": "Presse", "zh": "媒体"},
    "Staff": {"fr": "Équipe", "nl": "Medewerker", "de": "Team", "zh": "工作人员"},
}
HINTS = {
    "fr": "Votre organisation est membre de DITTA ou du COCIR",
    "nl": "Uw organisatie is lid van DITTA of COCIR",
    "de": "Ihre Organisation gehört zu DITTA oder COCIR",
    "zh": "您的单位是 DITTA 或 COCIR 会员",
}
NEEDS = {
    "fr": (
        "Avez-vous besoin de quelque chose pour participer ?",
        "Accès, alimentation, langue : dites ce qui aide.",
    ),
    "nl": ("Hebt u iets nodig om deel te nemen?", "Toegang, voeding, taal: zeg wat helpt."),
    "de": ("Brauchen Sie etwas, um teilzunehmen?", "Zugang, Essen, Sprache: sagen Sie, was hilft."),
    "zh": ("您参会需要协助吗？", "无障碍、饮食、语言：请说明您的需要。"),
}
PROGRAMME = {
    "fr": (
        "Réunion annuelle et atelier de DITTA",
        "L’atelier le matin, la réunion ensuite, un dîner pour finir.",
    ),
    "nl": ("Jaarvergadering en workshop van DITTA", "Een workshop, de vergadering en een diner op één dag."),
    "de": ("Jahresversammlung und Workshop von DITTA", "Ein Workshop, die Versammlung und ein Abendessen."),
    "zh": ("DITTA 年会与研讨会", "上午研讨会，随后年会，晚间晚宴。"),
}


def speak(session: Session, meeting: Event) -> None:
    """Say the meeting in every language, and what the other events share with it."""
    for text in MEETING:
        put_text(session, meeting, text)
    for category in session.scalars(select(Category).where(Category.name.in_(NAMES))):
        for code, name in NAMES[category.name].items():
            hint = HINTS[code] if category.hint else ""
            translate(session, category, code, {"name": name, "hint": hint})
    for question in session.scalars(select(Question).where(Question.is_sensitive)):
        for code, (label, hint) in NEEDS.items():
            translate(session, question, code, {"label": label, "hint": hint})
    for programme in session.scalars(select(Programme)):
        for code, (title, summary) in PROGRAMME.items():
            translate(session, programme, code, {"title": title, "summary": summary})
