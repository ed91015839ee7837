"""Identity proves its own tokens with its own keys, without asking itself over HTTP."""

from collections.abc import Mapping
from typing import Any

from services.identity.commands.keys import published_keys, signing_key
from shared import clock
from shared.database import Database
from shared.web.keys import Fetch


def own_keys(database: Database) -> Fetch:
    """Make the fetch of a `KeyRing` that reads the table of signing keys."""

    def fetch() -> Mapping[str, Any]:
        with database.writing() as session:
            signing_key(session, at=clock.now())
            return {"keys": [key.public_jwk() for key in published_keys(session)]}

    return fetch
