"""The form that publishes a presentation or paper."""

from os import SEEK_END

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, FileField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from registration.booking.form.fields import ChoiceField
from registration.events.models import ALL, ATTENDEES
from registration.materials.services import NewPaper
from registration.organiser.shared.fields import line_field
from registration.web.body_limits import are_files_dropped, dropped_sentence
from registration.web.locale import language_choices


class MaterialForm(FlaskForm):
    """A presentation or paper: where it lies, or the file itself."""

    title = line_field(_l("Title"), required=_l("Enter a title."))
    url = line_field(_l("Web address"), length=500)
    file = FileField(
        _l("Or a file"),
        description=_l("PDF, office documents, pictures, text or ZIP. People save it; it opens in no page."),
    )
    locale = SelectField(_l("Language"), choices=language_choices())
    audience = ChoiceField(
        _l("Who sees it"),
        choices=[
            SelectChoice(ALL, _l("Everyone, on the event's page")),
            SelectChoice(ATTENDEES, _l("Those with a seat, on the page of their registration")),
        ],
        default=ALL,
    )

    def validate_url(self, field: Field) -> None:
        """Refuse anything but a web address, and a second place for the same paper."""
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(_("Enter an address that begins with https://."))
        if field.data and self.file.data:
            raise ValidationError(_("Enter an address or choose a file, not both."))

    def validate_file(self, field: Field) -> None:
        """Say so where the file was too large to be read, or is larger than may be published."""
        if are_files_dropped():
            raise ValidationError(dropped_sentence())
        most = int(current_app.config["MAX_UPLOAD"])
        if field.data and field.data.seek(0, SEEK_END) > most:
            raise ValidationError(
                _("A file may have at most %(size)s MB: choose a smaller one.", size=most // 1_000_000)
            )
        if field.data:
            field.data.seek(0)

    def paper(self) -> NewPaper:
        """Return what the form says."""
        file = self.file.data or None
        return NewPaper(
            title=self.title.data,
            locale=self.locale.data,
            audience=self.audience.data or ALL,
            url=self.url.data or "",
            file_name=file.filename if file else "",
            data=file.read() if file else b"",
        )
