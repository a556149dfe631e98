"""Who works for the organiser, when they signed in last, and how an owner shuts a colleague out."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import logout_user

from registration.accounts import queries, services
from registration.accounts.access import OWN, current_account, organiser_page, signed_in
from registration.accounts.models import Organiser
from registration.accounts.signing import note_everywhere
from registration.core.transaction import write_tx
from registration.organiser.shared.screen import actor, done


@organiser_page(OWN)
def team(organiser: Organiser) -> ResponseReturnValue:
    """Show the team with the roles, and who signed in or failed to."""
    return render_template(
        "organiser/team.html",
        organiser=organiser,
        members=queries.team(organiser),
        entries=queries.sign_ins(organiser),
        own_id=current_account().id,
        crumbs=[(_("Events"), url_for("organiser.home")), (organiser.name, None)],
    )


@organiser_page(OWN)
def remove(organiser: Organiser, account_id: int) -> ResponseReturnValue:
    """Take a colleague's role away; whoever has none left is signed out."""
    organiser_id, slug, who = organiser.id, organiser.slug, actor()
    is_own = who.account_id == account_id
    write_tx(lambda session: services.remove_member(session, account_id, organiser_id, actor=who))
    if is_own:
        return redirect(url_for("organiser.home"), 303)
    return done(_("This person has no access any more."), "team", slug=slug)


@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of the account, this one too."""
    who = actor()
    account_id = current_account().id
    write_tx(lambda session: services.end_sessions(session, account_id))
    note_everywhere(who)
    logout_user()
    return redirect(url_for("security.login"), 303)
