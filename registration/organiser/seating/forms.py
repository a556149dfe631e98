"""The forms of capacity, waitlist and limits of organisations."""

from dataclasses import asdict
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from registration.booking.event_settings.waitlist import FirmTerms
from registration.organiser.shared.concurrent_form import SharedForm
from registration.organiser.shared.fields import OUT_OF_RANGE, Moment, WholeNumber, line_field, moment_of
from registration.seats import rules
from registration.seats.gate import Terms


class CapacityForm(SharedForm):
    """Another capacity for one limit."""

    wanted = WholeNumber(
        _l("Seats"),
        [
            InputRequired(_l("Enter how many seats there should be.")),
            NumberRange(0, rules.MOST_SEATS, _l("Enter a capacity between 0 and 1000000.")),
        ],
    )
    overbooking = WholeNumber(
        _l("Overbooking"),
        [Optional(), NumberRange(0, rules.MOST_SEATS, OUT_OF_RANGE)],
        description=_l(
            "Accept this many people more than there are seats, because some never come. Only "
            "your team sees this."
        ),
    )
    overbooking_unit = RadioField(
        _l("Counted in"),
        [Optional()],
        choices=[SelectChoice("people", _l("people")), SelectChoice("percent", _l("percent"))],
        default="people",
    )
    reserve = WholeNumber(
        _l("Held back"),
        [Optional(), NumberRange(0, rules.MOST_SEATS, OUT_OF_RANGE)],
        description=_l("Not given out automatically. You assign these seats yourself, from the waitlist."),
    )

    def terms(self) -> Terms:
        """Return what is asked, once the form is valid."""
        is_percent = self.overbooking_unit.data == "percent"
        return Terms(self.wanted.data or 0, self.overbooking.data or 0, is_percent, self.reserve.data or 0)


class LineForm(SharedForm):
    """How the event's free seats go to whom."""

    policy = RadioField(
        _l("When a party in line does not fit"),
        [InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice(rules.FIRST_FIT, _l("The next party that fits gets the seat: none stays empty")),
            SelectChoice(rules.STRICT, _l("Free seats are kept for it; who delays nobody ahead gets a seat")),
        ],
    )
    promotion = RadioField(
        _l("When a seat becomes free"),
        [InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice(rules.DIRECT, _l("Give it to the next on the waitlist, automatically")),
            SelectChoice(rules.OFFER, _l("Offer it to the next on the waitlist, to accept or decline")),
            SelectChoice(rules.MANUAL, _l("We assign it manually")),
        ],
    )
    offer_hours = WholeNumber(
        _l("Hours to accept an offer"),
        [Optional(), NumberRange(1, rules.MOST_OFFER_HOURS, _l("Enter between 1 and 1440 hours."))],
    )
    quiet_from = WholeNumber(
        _l("Quiet hours begin at"),
        [Optional(), NumberRange(0, 23, _l("Enter an hour between 0 and 23."))],
        description=_l("An hour of the day, in the event's zone. An offer's time stands still meanwhile."),
    )
    quiet_until = WholeNumber(
        _l("Quiet hours end at"), [Optional(), NumberRange(0, 23, _l("Enter an hour between 0 and 23."))]
    )
    direct_hours = WholeNumber(
        _l("No offers in the last hours before the event"),
        [Optional(), NumberRange(0, rules.MOST_SEATS, OUT_OF_RANGE)],
        description=_l("Seats that become free so late go to the next in line straight away."),
    )
    freezes_at = Moment(
        _l("Stop assigning seats automatically from"),
        [Optional()],
        description=_l("From then on nobody moves up by itself; you give free seats manually."),
    )
    waitlist_limit = WholeNumber(
        _l("How many parties may wait"),
        [Optional(), NumberRange(0, rules.MOST_SEATS, OUT_OF_RANGE)],
        description=_l("Empty: as many as come."),
    )
    needs_approval = BooleanField(_l("Approve each registration"))
    confirms_address = BooleanField(
        _l("Ask attendees to confirm their email address first, and hold their seats meanwhile")
    )
    hold_minutes = WholeNumber(
        _l("Minutes for which they are held"),
        [Optional(), NumberRange(1, 10_080, _l("Enter between 1 and 10080 minutes."))],
    )
    firm_cap = WholeNumber(
        _l("At most from one organisation"),
        [Optional(), NumberRange(0, rules.MOST_SEATS, OUT_OF_RANGE)],
        description=_l("Empty: no limit."),
    )
    firm_cap_by = RadioField(
        _l("Organisations are told apart by"),
        [InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice(rules.BY_NAME, _l("their name, as people type it")),
            SelectChoice(rules.BY_DOMAIN, _l("the part of the email address behind the @")),
        ],
    )
    publishes_ledger = BooleanField(
        _l("Publish the ledger"),
        description=_l(
            "Anyone with a receipt can then see, without any names, that nobody was let past, or the reason"
            " you gave."
        ),
    )

    def line(self, zone: ZoneInfo) -> rules.LinePolicy:
        """Return the rules, once the form is valid. Raises Refusal at an hour that is skipped."""
        return rules.LinePolicy(
            policy=self.policy.data,
            promotion=self.promotion.data,
            offer_hours=self.offer_hours.data or 24,
            quiet_from=self.quiet_from.data,
            quiet_until=self.quiet_until.data,
            direct_hours=self.direct_hours.data or 0,
            freezes_at=moment_of(self.freezes_at, zone) if self.freezes_at.data else None,
            waitlist_limit=self.waitlist_limit.data,
            needs_approval=self.needs_approval.data,
            confirms_address=self.confirms_address.data,
            hold_minutes=self.hold_minutes.data or 30,
            firm_cap=self.firm_cap.data,
            firm_cap_by=self.firm_cap_by.data,
            publishes_ledger=self.publishes_ledger.data,
        )

    def fill(self, line: rules.LinePolicy, zone: ZoneInfo) -> None:
        """Show the rules in force."""
        for name, value in asdict(line).items():
            self[name].data = value
        if line.freezes_at is not None:
            self.freezes_at.data = line.freezes_at.astimezone(zone).replace(tzinfo=None)


class FirmForm(FlaskForm):
    """What is agreed with one organisation."""

    firm = line_field(_l("Organisation"), length=254, required=_l("Enter the organisation."))
    cap = WholeNumber(
        _l("At most so many people"),
        [Optional(), NumberRange(0, rules.MOST_SEATS, OUT_OF_RANGE)],
        description=_l("Empty: no other limit than for everyone. 0: nobody from it gets a seat."),
    )
    allotted = WholeNumber(
        _l("Seats kept for it"), [Optional(), NumberRange(0, rules.MOST_SEATS, OUT_OF_RANGE)]
    )
    release_at = Moment(
        _l("Kept until"),
        [Optional()],
        description=_l("What it has not used by then is free for everyone. Empty: kept to the end."),
    )

    def expects(self, firm_cap_by: str) -> None:
        """Say by what organisations are told apart here."""
        self.firm.description = (
            _l("Its email domain, as in example.org: organisations are told apart by it here.")
            if firm_cap_by == rules.BY_DOMAIN
            else _l("Its name, as people type it when they register; capitals and accents do not matter.")
        )

    def terms(self, zone: ZoneInfo) -> FirmTerms:
        """Return what the form says."""
        release_at = moment_of(self.release_at, zone) if self.release_at.data else None
        return FirmTerms(self.firm.data, self.cap.data, self.allotted.data or 0, release_at)
