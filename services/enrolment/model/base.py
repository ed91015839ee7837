"""The metadata of enrolment's own database."""

import shared.database
from shared.plumbing import service_metadata


class Base(shared.database.Base):
    """What every mapped class of enrolment derives from."""

    __abstract__ = True
    metadata = service_metadata()
