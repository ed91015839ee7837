"""The page with one-time codes that an administrator prints, cuts and hands out."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response, make_response, render_template, url_for

from services.identity.commands.code_sheets import Slip
from services.identity.links import first_sign_in_address
from services.identity.mail_texts import tell_moment
from services.identity.model import Tenant
from services.identity.pages.language import language
from shared.web.edge import edge
from shared.web.work import session

SHEET_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def code_sheet(tenant_id: UUID, slips: Sequence[Slip]) -> Response:
    """Give the page: one slip a person, in the language of the request, with the hours of the city."""
    tenant, settings = session().get_one(Tenant, tenant_id), edge().settings
    page = render_template(
        "identity/code_sheet.html",
        tenant=tenant.name,
        slips=[(slip, tell_moment(slip.expires_at, tenant.zone, language())) for slip in slips],
        address=first_sign_in_address(settings),
        # The page may be shown from elsewhere, such as a blob of the portal's, so that the address is a whole one.
        style=f"{settings.public_url}{url_for('pages.static', filename='sheet.css')}",
    )
    answer = make_response(page, 201)
    answer.headers["Content-Security-Policy"] = SHEET_POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
