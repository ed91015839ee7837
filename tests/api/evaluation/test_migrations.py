"""The migrations lead to the models."""

from pathlib import Path

from services.evaluation.app import service
from shared.database import Database
from shared.migrations import differences


def test_a_migrated_database_has_the_schema_of_the_models(evaluation_file: Path) -> None:
    database = Database(f"sqlite:///{evaluation_file}")
    assert differences(service, database) == []
    database.close()
