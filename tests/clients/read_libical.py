"""Read the calendars named on the command line with libical (GNOME, KDE); run by the system's Python.

Its restriction table says what iTIP forbids (RFC 5546) better than any other free validator.
"""

import json
import sys

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402 - the version is chosen first


def instant(calendar, component, time):
    if time.is_date():
        return f"{time.get_year():04}-{time.get_month():02}-{time.get_day():02}"
    zone = time.get_timezone()
    if time.is_utc():
        zone = ICalGLib.Timezone.get_utc_timezone()
    elif zone is None:
        parameter = component.get_first_property(ICalGLib.PropertyKind.DTSTART_PROPERTY).get_first_parameter(
            ICalGLib.ParameterKind.TZID_PARAMETER
        )
        zone = calendar.get_timezone(parameter.get_tzid())
    stamp = time.as_timet_with_zone(zone)
    utc = ICalGLib.Time.new_from_timet_with_zone(stamp, 0, ICalGLib.Timezone.get_utc_timezone())
    day = f"{utc.get_year():04}-{utc.get_month():02}-{utc.get_day():02}"
    return f"{day}T{utc.get_hour():02}:{utc.get_minute():02}:{utc.get_second():02}.000Z"


STATUS = {"CONFIRMED": "CONFIRMED", "TENTATIVE": "TENTATIVE", "CANCELLED": "CANCELLED"}


def events(calendar):
    component = calendar.get_first_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    while component is not None:
        status = component.get_first_property(ICalGLib.PropertyKind.STATUS_PROPERTY)
        yield {
            "uid": component.get_uid(),
            "start": instant(calendar, component, component.get_dtstart()),
            "end": instant(calendar, component, component.get_dtend()),
            "summary": component.get_summary(),
            "location": component.get_location() or "",
            "status": status.get_value_as_string() if status else "",
            "sequence": component.get_sequence(),
        }
        component = calendar.get_next_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)


found = {}
for path in sys.argv[1:]:
    with open(path, encoding="utf-8", newline="") as file:
        parsed = ICalGLib.Component.new_from_string(file.read())
    parsed.check_restrictions()
    text = parsed.as_ical_string()
    faults = [line for line in text.splitlines() if line.startswith("X-LIC-ERROR")]
    found[path] = {"events": list(events(parsed)), "faults": faults}
json.dump(found, sys.stdout)
