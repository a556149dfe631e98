"""The application factory: puts the features together."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from registration.accounts import security
from registration.booking import tickets
from registration.booking import views as booking_views
from registration.booking.emails import calendar_address, programme
from registration.booking.emails import handover as emails_handover
from registration.booking.emails import registration as booking_letters
from registration.core import database
from registration.core.bundled import bundled
from registration.core.settings import is_production, load_settings
from registration.firms import views as firm_views
from registration.ical import views as ical_views
from registration.invitations import letters as invitation_letters
from registration.invitations import views as invitation_views
from registration.journal.wording import in_words
from registration.mail import checks as mail_checks
from registration.mail import views as mail_views
from registration.materials import views as material_views
from registration.organiser import urls as organiser_views
from registration.organiser.mailing import emails as organiser_letters
from registration.privacy import views as privacy_views
from registration.reconfirm import letters as reconfirm_letters
from registration.reconfirm import views as reconfirm_views
from registration.schema import views as schema_views
from registration.site import ledger as site_ledger
from registration.site import poster as site_poster
from registration.site import views as site_views
from registration.web import (
    assets,
    errors,
    filters,
    form_attributes,
    guards,
    headers,
    locale,
    not_modified,
    page_cache,
    retyped,
    submissions,
    url_converters,
)
from registration.web.cookies import Sessions
from registration.web.csrf import csrf
from registration.web.hosts import Hosts
from registration.web.proxies import Forwarded
from registration.web.requests import PlainRequest


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Return the application. *settings* override config.py and the environment.

    Raises ConfigurationError when it must not start like this.
    """
    app = Flask("registration", template_folder=str(bundled("templates")), static_folder=None)
    app.request_class = PlainRequest
    _configure_settings(app, settings)
    _configure_web(app)
    _configure_features(app)
    return app


def _configure_settings(app: Flask, settings: Mapping[str, Any] | None) -> None:
    in_force = load_settings(overrides=settings)
    mail_checks.check(in_force)
    app.config.from_mapping(in_force)
    app.config["SECRET_KEY_FALLBACKS"] = str(app.config["SECRET_KEY_FALLBACKS"]).split()
    app.config.update(
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=app.config["BASE_URL"].startswith("https://"),
        SESSION_COOKIE_NAME="registration_session",
        WTF_CSRF_TIME_LIMIT=None,
        # Our pages send no Referer, which it would ask for by https; web/guards.py looks at the Origin.
        WTF_CSRF_SSL_STRICT=False,
        # Every sentence of ours is given to the fields; WTForms would read its catalogue at each request.
        WTF_I18N_ENABLED=False,
    )
    app.session_interface = Sessions()
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}


def _configure_web(app: Flask) -> None:
    database.init_app(app)
    locale.init_app(app)
    url_converters.init_app(app)
    assets.init_app(app)
    form_attributes.init_app(app)
    page_cache.init_app(app)
    not_modified.init_app(app)
    filters.init_app(app)
    app.jinja_env.filters["in_words"] = in_words
    headers.init_app(app)
    guards.init_app(app)
    retyped.init_app(app)
    errors.init_app(app)
    answered = Hosts(app.wsgi_app, app)
    app.wsgi_app = Forwarded(  # type: ignore[method-assign]
        answered, app.config["TRUSTED_PROXIES"], app.config["BASE_URL"]
    )


def _configure_features(app: Flask) -> None:
    security.init_app(app)
    # After the token of the session was looked at: who brings none learns nothing of what was sent.
    submissions.init_app(app)
    booking_letters.init_app(app)
    emails_handover.init_app(app)
    firm_views.init_app(app)
    calendar_address.init_app(app)
    programme.init_app(app)
    tickets.init_app(app)
    invitation_letters.init_app(app)
    reconfirm_letters.init_app(app)
    reconfirm_views.init_app(app)
    material_views.init_app(app)
    organiser_letters.init_app(app)
    app.register_blueprint(schema_views.bp)
    app.register_blueprint(site_views.bp)
    app.register_blueprint(site_ledger.bp)
    app.register_blueprint(site_poster.bp)
    app.register_blueprint(ical_views.bp)
    app.register_blueprint(booking_views.bp)
    # These forms carry keys of their own and need no cookie.
    csrf.exempt(booking_views.bp)
    app.register_blueprint(firm_views.bp)
    csrf.exempt(firm_views.bp)
    app.register_blueprint(invitation_views.bp)
    csrf.exempt(invitation_views.bp)
    app.register_blueprint(reconfirm_views.bp)
    csrf.exempt(reconfirm_views.bp)
    app.register_blueprint(material_views.bp)
    app.register_blueprint(privacy_views.bp)
    app.register_blueprint(organiser_views.bp)
    app.register_blueprint(organiser_views.feed_bp)
    if not is_production(app.config):
        app.register_blueprint(mail_views.bp)
