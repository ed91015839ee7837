"""The web app of every service, on a database that holds nothing but what the web edge itself needs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from joserfc.jwk import ECKey

from services.embedded import SERVICES
from shared.database import Database
from shared.plumbing import tables
from shared.settings import read_settings
from shared.web.app import App, create_app
from shared.web.keys import KeyRing

ORIGIN = "https://learn.example"
KEY = ECKey.generate_key("P-256", {"kid": "contracts", "use": "sig"})


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, App]]:
    """Every service's app by its name; they accept tokens signed with `KEY`."""
    settings = replace(read_settings(), folder=tmp_path_factory.mktemp("apps"), public_url=ORIGIN)
    made = {}
    for service in SERVICES:
        database = Database(settings.database(service.name, "web"))
        tables.create_all(database.engine)
        keys = KeyRing(database, settings, lambda: {"keys": [KEY.as_dict(private=False)]})
        keys.refresh()
        made[service.name] = create_app(service, settings, database, keys, schema_is_current=lambda _: True)
    yield made
    for app in made.values():
        app.extensions["wiyata"].database.close()
