"""What the catalogue keeps about a person, for `/me/data`: that it knows them, and which courses they train."""

from collections.abc import Mapping

from services.catalogue.model import CourseTrainer, KnownPerson
from shared.exports import by_table
from shared.service import Export

EXPORTS: Mapping[str, Export] = by_table(CourseTrainer.person, KnownPerson.person)
