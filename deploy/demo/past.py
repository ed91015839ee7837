"""The suite's own web applications in this process, where the clock can be set: how past days are played.

They answer as the running suite does, with its keys, rules and databases; only the wire is left out. No request can
set a clock. The events that they leave in the outboxes are published and handled by the running suite.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from deploy.demo.origin import Origin
from shared.logging import configure
from shared.settings import read_settings

CHEAP_PASSWORDS = {"WIYATA_PASSWORD_MEMORY": "8", "WIYATA_PASSWORD_PASSES": "1"}
"""The cost of a password's hash in this process: a learner of the past signs in on each day anew.

Such a password is made of eighteen random signs, which nobody guesses, and identity hashes it again, at the suite's
own cost, when its owner first signs in to the suite.
"""


@contextmanager
def own_suite() -> Iterator[Origin]:
    """Give the suite of this environment's settings, answered in this process and by its clock."""
    from services.embedded import SuiteApp  # It takes a second, for which the start of the suite need not wait.

    settings = read_settings()
    configure("WARNING")
    with _environment(CHEAP_PASSWORDS):
        suite = SuiteApp(settings)
    edges = [app.extensions["wiyata"] for app in suite.apps.values()]
    try:
        for edge in edges:
            edge.keys.refresh()
        yield Origin(settings.public_url, httpx.WSGITransport(app=suite))
    finally:
        for edge in edges:
            edge.database.close()


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
