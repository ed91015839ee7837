"""The metadata of evaluation's own database."""

import shared.database
from shared.plumbing import service_metadata


class Base(shared.database.Base):
    """What every mapped class of evaluation derives from."""

    __abstract__ = True
    metadata = service_metadata()
