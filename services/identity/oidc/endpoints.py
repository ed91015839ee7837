"""The addresses of the provider: discovery, keys, authorization, tokens and their revocation."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.identity.commands import tokens
from services.identity.commands.keys import published_keys, signing_key
from services.identity.commands.tokens import GrantNotValid, GrantReused, Tokens
from services.identity.model import Client
from services.identity.oidc.authorization import (
    SCOPES,
    AuthorizationRefused,
    NowhereToReturn,
    read_authorization,
)
from services.identity.oidc.client_authentication import OAuthError, client_of
from services.identity.pages import browsers
from services.identity.tokens import ACCESS_LIFE
from shared import clock
from shared.web.auth import public
from shared.web.edge import edge
from shared.web.keys import issuer
from shared.web.limits import limiter
from shared.web.work import abandon, session, writes

blueprint = Blueprint("oidc", __name__)

GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")


def _failed(answer: Response) -> bool:
    return answer.status_code in {400, 401}


@blueprint.get("/.well-known/openid-configuration")
@public
def discovery() -> ResponseReturnValue:
    """Describe the provider (OpenID Connect Discovery 1.0)."""
    here = _issuer()
    answer = jsonify(
        issuer=here,
        authorization_endpoint=f"{here}/authorize",
        token_endpoint=f"{here}/token",
        revocation_endpoint=f"{here}/revoke",
        end_session_endpoint=f"{here}/sign-out",
        jwks_uri=f"{here}/keys",
        scopes_supported=SCOPES,
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=GRANT_TYPES,
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["ES256"],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "none"],
        revocation_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "none"],
        code_challenge_methods_supported=["S256"],
        claims_supported=["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "tenant", "name"],
        ui_locales_supported=["id", "en"],
        authorization_response_iss_parameter_supported=True,
    )
    answer.cache_control.max_age = 300
    return answer


@blueprint.get("/keys")
@public
@writes
def keys() -> ResponseReturnValue:
    """Give the keys that prove tokens. The first request makes the first key, so that the set is never empty."""
    signing_key(session(), at=clock.now())
    answer = jsonify(keys=[key.public_jwk() for key in published_keys(session())])
    answer.cache_control.max_age = 60
    return answer


@blueprint.route("/authorize", methods=["GET", "POST"])
@public
@writes
def authorize() -> ResponseReturnValue:
    """Send a person back to the site that sent them, with a code; whoever has not signed in does so first."""
    parameters = request.form if request.method == "POST" else request.args
    at, browser = clock.now(), browsers.current()
    try:
        asked = read_authorization(session(), parameters, issuer=_issuer())
    except NowhereToReturn:
        return render_template("identity/unknown_site.html"), 400
    except AuthorizationRefused as refusal:
        return redirect(refusal.address, 303)
    if browser is None or asked.needs_sign_in(browser, at):
        if "none" in asked.prompts:
            return redirect(asked.answer(error="login_required"), 303)
        later = urlencode([(name, value) for name, value in parameters.items() if name != "prompt"])
        return redirect(url_for("pages.sign_in", next=later), 303)
    code = tokens.authorize(
        session(),
        browser,
        asked.client,
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        nonce=asked.nonce,
        scope=asked.scope,
        at=at,
    )
    return redirect(asked.answer(code=code), 303)


@blueprint.post("/token")
@limiter.limit("60 per minute", deduct_when=_failed)
@public
def token() -> ResponseReturnValue:
    """Turn a code, a refresh token or a machine's secret into tokens (RFC 6749 sections 4 to 6)."""
    try:
        client = client_of(session(), request)
        return _granted(_grant(client)(client))
    except GrantReused as reused:
        _end_family(reused)
        return _refused(OAuthError("invalid_grant", reused.detail))
    except GrantNotValid as refusal:
        return _refused(OAuthError("invalid_grant", refusal.detail))
    except OAuthError as refusal:
        return _refused(refusal)


@blueprint.post("/revoke")
@limiter.limit("60 per minute", deduct_when=_failed)
@public
def revoke() -> ResponseReturnValue:
    """End what follows from a refresh token (RFC 7009); a token that is none is no error."""
    try:
        client = client_of(session(), request)
    except OAuthError as refusal:
        return _refused(refusal)
    tokens.revoke_token(session(), request.form.get("token", ""), client, at=clock.now())
    return "", 200


def _grant(client: Client) -> Callable[[Client], Tokens]:
    if any(len(values) > 1 for _, values in request.form.lists()):
        raise OAuthError("invalid_request", "A parameter is there twice.")
    kinds: dict[str, tuple[str, Callable[[Client], Tokens]]] = {
        "authorization_code": ("site", _by_code),
        "refresh_token": ("site", _by_refresh),
        "client_credentials": ("machine", _by_secret),
    }
    kind, grant = kinds.get(request.form.get("grant_type", ""), ("", None))
    if grant is None:
        raise OAuthError("unsupported_grant_type", f"grant_type is one of: {', '.join(GRANT_TYPES)}.")
    if client.kind != kind:
        raise OAuthError("unauthorized_client", f"This grant_type is for a {kind}.")
    return grant


def _by_code(client: Client) -> Tokens:
    return tokens.redeem_code(
        session(),
        _needed("code"),
        client,
        redirect_uri=_needed("redirect_uri"),
        verifier=_needed("code_verifier"),
        issuer=_issuer(),
        at=clock.now(),
    )


def _by_refresh(client: Client) -> Tokens:
    return tokens.refresh(session(), _needed("refresh_token"), client, issuer=_issuer(), at=clock.now())


def _by_secret(client: Client) -> Tokens:
    return tokens.machine_tokens(session(), client, issuer=_issuer(), at=clock.now())


def _needed(name: str) -> str:
    value = request.form.get(name, "")
    if not value or not value.isascii():
        raise OAuthError("invalid_request", f"{name} is missing.")
    return value


def _end_family(reused: GrantReused) -> None:
    # A refusal undoes the request's unit of work; that somebody has a copy must outlive it.
    abandon()
    with edge().database.writing() as own:
        tokens.revoke_family(own, reused.family_id, at=clock.now())


def _granted(given: Tokens) -> ResponseReturnValue:
    said: dict[str, Any] = {
        "access_token": given.access,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIFE.total_seconds()),
        "refresh_token": given.refresh,
        "id_token": given.identity,
        "scope": given.scope,
    }
    return jsonify({name: value for name, value in said.items() if value})


def _refused(refusal: OAuthError) -> ResponseReturnValue:
    answer = jsonify(error=refusal.error, error_description=refusal.description)
    answer.status_code = refusal.status
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="wiyata"'
    return answer


def _issuer() -> str:
    return issuer(edge().settings)
