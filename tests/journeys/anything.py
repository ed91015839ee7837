"""Requests made up from an OpenAPI document, right ones and wrong ones, and what is wrong with the answers to them."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings, strategies
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.demo.origin import Visitor

EXAMPLES = int(os.environ.get("WIYATA_EXAMPLES", "10"))
SEED = int(os.environ.get("WIYATA_SEED", "20261122"))
CHECKED = [status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]

OF_THE_EDGE = ("400", "411", "413", "415", "429", "503")
"""What any operation may be answered by the edge: `default` stands for these, and for no refusal of its own."""

CODES = {"form": "B6", "competency": "PP"}
"""Codes of reference data, for bodies."""

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"
"""The days before and after which there is none to count to."""

ENDINGS = ("DELETE ", "/closing", "/withdrawal", "/cancellation", "/revocation", "/annulment", "/erasure")
"""How operations are called after which little can be done to the same thing: they come last."""

LONGEST_LINE = 4094
"""gunicorn answers a longer first line of a request itself, in HTML: no service has seen such a request."""


@dataclass(frozen=True)
class Caller:
    """Somebody who asks, with the roles that they hold."""

    visitor: Visitor
    roles: frozenset[str]


@dataclass(frozen=True)
class Wrong:
    """An answer that should not have been given, and the request that it was given to."""

    why: str
    request: str
    answer: str


@dataclass(frozen=True)
class Damage:
    """Some signs of a file that are lost, and others that stand there."""

    place: int = 0
    lost: int = 0
    put: str = ""

    def done_to(self, file: str) -> str:
        """Give the file with the damage done."""
        place, lost = self.place % len(file), self.lost % 20
        return file[:place] + self.put + file[place + lost :]


@dataclass(frozen=True)
class Circumstances:
    """Who asks, what is put in the places of ids made up (nothing: they stay), a day for days, and a file's damage."""

    caller: Caller
    named: Mapping[str, str]
    day: str
    damage: Damage


class Desk:
    """Sends what is made up for the operations of a service, under all circumstances, and looks at the answers."""

    def __init__(
        self, address: str, callers: Sequence[Caller], named: Sequence[Mapping[str, str]], files: Mapping[str, str]
    ) -> None:
        self._address, self._callers, self._named, self._files = address, callers, named, files
        self.done: set[str] = set()

    def try_out(self, operation: Any) -> dict[str, Wrong]:
        """Ask for an operation again and again; give what was wrong, the first time that it was."""
        found: dict[str, Wrong] = {}

        def send(case: Case[Any], under: Circumstances) -> None:
            if under.named:
                _name_what_is_there(case, under.named, under.day)
            if under.named and operation.label in self._files:
                case.body = under.damage.done_to(self._files[operation.label])
            for wrong in self._sent(case, under.caller.visitor):
                found.setdefault(wrong.why, wrong)

        right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
        self._made_up(case=right | right | wrong, under=self._circumstances(operation))(send)()
        return found

    def _circumstances(self, operation: Any) -> strategies.SearchStrategy[Circumstances]:
        """Mostly, let somebody ask who may, for something that is there."""
        wanted = frozenset(operation.definition.raw.get("x-roles", []))
        suited = [one for one in self._callers if one.roles & wanted] or [*self._callers]
        named: list[Mapping[str, str]] = [*self._named, *self._named, {}]
        return strategies.builds(
            Circumstances,
            caller=strategies.sampled_from([*self._callers, *suited, *suited]),
            named=strategies.sampled_from(named),
            day=strategies.sampled_from(["", "", "", FIRST_DAY, LAST_DAY]),
            damage=strategies.just(Damage()) | strategies.builds(Damage),
        )

    @staticmethod
    def _made_up(**what: strategies.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
        quietly = settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        return lambda function: seed(SEED)(quietly(given(**what)(function)))

    def _sent(self, case: Case[Any], caller: Visitor) -> list[Wrong]:
        answer = self._answer(case, caller)
        if answer.status_code == 412 and (version := answer.json().get("parameters", {}).get("version")):
            case.headers["If-Match"] = f'"{version}"'
            answer = self._answer(case, caller)
        if len(f"{answer.request.method} {answer.request.path_url} HTTP/1.1\r\n") > LONGEST_LINE:
            return []
        if answer.status_code < 300:
            self.done.add(case.operation.label)
        whys = ["it is a server error"] if answer.status_code >= 500 else []
        try:
            case.validate_response(answer, checks=CHECKED)
        except FailureGroup as group:
            whys += [_why(one) for one in group.exceptions]
        except Failure as failure:
            whys += [_why(failure)]
        return [Wrong(why, case.as_curl_command(), _shown(answer)) for why in whys]

    def _answer(self, case: Case[Any], caller: Visitor) -> Response:
        return case.call(base_url=self._address, headers={"Authorization": f"Bearer {caller.token()}"})


def ends_something(operation: Any) -> bool:
    """Tell whether an operation leaves little to do to the same thing."""
    return any(word in operation.label for word in ENDINGS)


def telling_refusals(document: dict[str, Any]) -> dict[str, Any]:
    """Give a document in which only what the edge itself refuses goes without saying."""
    for item in document["paths"].values():
        for said in item.values():
            if isinstance(said, dict) and (problem := said["responses"].pop("default", None)):
                said["responses"] = dict.fromkeys(OF_THE_EDGE, problem) | said["responses"]
    return document


def report(failures: Mapping[str, Mapping[str, Wrong]]) -> str:
    """Tell what was wrong, by operation."""
    return "\n\n".join(
        f"{label}: {wrong.why}\n    asked: {wrong.request[:1200]}\n    answered: {wrong.answer}"
        for label, found in failures.items()
        for wrong in found.values()
    )


def _name_what_is_there(case: Case[Any], named: Mapping[str, str], day: str) -> None:
    """Put what is there in the places of ids and codes made up, and a day, if one is given, in those of days."""
    for place in named.keys() & case.path_parameters.keys():
        case.path_parameters[place] = named[place]
    for place, value in case.query.items():
        case.query[place] = _naming(value, {**named, **CODES}, day, place)
    if "If-Match" in case.headers:
        case.headers["If-Match"] = '"1"'
    case.body = _naming(case.body, {**named, **CODES}, day)


def _naming(said: Any, named: Mapping[str, str], day: str, place: str = "") -> Any:
    if isinstance(said, dict):
        return {member: _naming(value, named, day, member) for member, value in said.items()}
    if isinstance(said, list):
        return [_naming(one, named, day, place) for one in said]
    if not isinstance(said, str):
        return said
    return day if day and DAY.fullmatch(said) else named.get(place, said)


def _why(failure: BaseException) -> str:
    return f"{getattr(failure, 'title', type(failure).__name__)}: {getattr(failure, 'message', failure)}"[:800]


def _shown(answer: Response) -> str:
    return f"{answer.status_code} {answer.text[:600]}"
