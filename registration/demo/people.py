"""Invented people and firms; every address is at example.org."""

from collections.abc import Iterator
from itertools import cycle

FIRMS = (
    "Nordlicht Imaging AB",
    "Atelier Radiologique du Léman",
    "Van Houten Medische Systemen",
    "=1+1 Health",
    "Müller & Söhne Medizintechnik",
    "Żuraw Diagnostyka",
    "Hôpital Connecté SAS",
    "东海医疗影像有限公司",
    "Ó Briain Radiotherapy Ltd",
    "Çınar Sağlık Teknolojileri",
    "Costa Verde Ecografia",
    "Kvarn & Ål Health ICT",
    "Zürichsee Strahlentherapie",
    "Sant'Angelo Elettromedicali",
)
NAMES = (
    "Zoë O'Brien",
    "Søren Ångström",
    "María-José de la Cruz",
    "Jan van der Meer",
    "李小龙",
    "Nguyễn Thị Ánh",
    "Łukasz Żółć",
    "Þórunn Jónsdóttir",
    "Camille d'Alembert",
    "Ada Lovelace",
    "Ben Okonkwo",
    "Cleo Papadopoulou",
    "François Lefèvre",
    "Anneliese Groß",
    "Joost 't Hart",
    "王芳",
    "Élodie Saint-Exupéry",
    "Björn Østergård",
    "Ana Luísa Conceição",
    "Mehmet Yıldız",
    "Siobhán Ní Dhomhnaill",
    "Dvořák Tomáš",
    "Inês Gonçalves",
    "Giulia dell'Acqua",
    "Håkon Bjørnstad",
    "Katarzyna Wójcik",
    "陈伟",
    "Maëlle Le Goff",
    "Pieter de Vries",
    "Réka Szűcs",
    "Ștefan Țurcanu",
    "Ülle Põder",
    "Virginie Noël",
    "Wolfgang Böhm",
    "Yolanda Núñez",
    "Žofie Čermáková",
    "Aurélie Deschênes",
    "Bartłomiej Gąsior",
    "Chloé Van Damme",
    "Dieter Krüger",
    "Eszter Kőműves",
    "Fátima Simões",
    "Gaëtan Hervé",
    "Henrik Sjöström",
    "Ingrid Løvås",
    "Jürgen Weiß",
    "Kristína Šťastná",
    "Loïc Bézier",
    "Marta Ibáñez",
    "Niamh O'Sullivan",
    "Ottó Győri",
    "Paulína Ďurišová",
    "Quentin L'Écuyer",
    "Rūta Žemaitytė",
    "Sébastien Côté",
    "Tõnu Mägi",
    "Uģis Bērziņš",
    "Véronique Haïk",
    "Wiebke Schröder",
    "Xavier Peña",
)


class Crowd:
    """Hands out people one after the other: a name, an address nobody else has, a firm."""

    def __init__(self) -> None:
        self._names: Iterator[str] = cycle(NAMES)
        self._firms: Iterator[str] = cycle(FIRMS)
        self._count = 0

    def person(self) -> tuple[str, str, str]:
        """Return the next (name, address, firm)."""
        self._count += 1
        return next(self._names), f"guest{self._count:03}@example.org", next(self._firms)
