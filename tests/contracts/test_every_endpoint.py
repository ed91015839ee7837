"""Who comes in at any door of any service: nobody by mistake, and nobody without the role that the view names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from joserfc import jwt
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from services.embedded import SERVICES
from shared import clock
from shared.ids import new_id
from shared.web.app import App
from shared.web.auth import unguarded
from shared.web.marks import marks_of
from tests.contracts.conftest import KEY, ORIGIN

OF_THE_LIBRARY = "GET api-docs.openapi_json"
"""The OpenAPI document, which anybody may read; flask-smorest's own view carries no marks of ours."""

every_service = pytest.mark.parametrize("name", [service.name for service in SERVICES])


def doors(app: App) -> Iterator[tuple[str, Rule, Mapping[str, Any]]]:
    """Give every method of every path, with the marks on its view."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule, marks_of(app.view_functions[rule.endpoint], method)


def knock(app: App, method: str, rule: Rule, token: str = "") -> TestResponse:
    """Ask at a path, with ids of nothing in the places of its parameters."""
    path = re.sub(r"<(int\b)?[^>]+>", lambda place: "1" if place[1] else str(new_id()), rule.rule)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return app.test_client().open(path, method=method, headers=headers)


def token_of(*, machine: bool = False) -> str:
    """Make the token of somebody who is signed in and has no role at all."""
    at = int(clock.now().timestamp())
    claims = {
        "iss": f"{ORIGIN}/api/identity",
        "aud": "wiyata",
        "sub": str(new_id()),
        "tenant": str(new_id()),
        "iat": at,
        "exp": at + 600,
        "machine": machine,
        "roles": [],
    }
    return jwt.encode({"alg": "ES256", "kid": "contracts"}, claims, KEY, algorithms=["ES256"])


@every_service
def test_every_view_says_who_may_call_it(apps: Mapping[str, App], name: str) -> None:
    assert unguarded(apps[name]) == [OF_THE_LIBRARY]


@every_service
def test_somebody_without_a_token_is_asked_to_sign_in_at_every_guarded_view(apps: Mapping[str, App], name: str) -> None:
    guarded = [(method, rule) for method, rule, marks in doors(apps[name]) if "roles" in marks]
    let_in = [
        f"{method} {rule.rule}: {answer.status_code}"
        for method, rule in guarded
        if (answer := knock(apps[name], method, rule)).status_code != 401 or "WWW-Authenticate" not in answer.headers
    ]

    assert guarded
    assert let_in == []


@every_service
@pytest.mark.parametrize("machine", [False, True])
def test_somebody_without_a_role_is_refused_at_every_view_that_names_one(
    apps: Mapping[str, App], name: str, machine: bool
) -> None:
    named = [(method, rule) for method, rule, marks in doors(apps[name]) if marks.get("roles")]
    token = token_of(machine=machine)
    let_in = [
        f"{method} {rule.rule}: {answer.status_code}"
        for method, rule in named
        if (answer := knock(apps[name], method, rule, token)).status_code != 403
    ]

    assert named
    assert let_in == []
