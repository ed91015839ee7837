"""What a row of results found: a level, or a score with its standard error of measurement."""

import re

from services.evaluation.csv_rows import Faults, Row
from services.evaluation.model.rule_sets import LEVELS
from services.evaluation.model.tables.assessment_results import Finding

_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{1,6})?", re.ASCII)

MOST_SEM = float(LEVELS[-1] - LEVELS[0])
"""The width of the scale, in levels: a score less sure than that says nothing."""


def read_finding(row: Row, faults: Faults) -> Finding:
    """Read `tingkat`, or `score` and `sem`, noting in `faults` what is missing, told twice or out of range.

    What is given back for a row with faults is not to be used.
    """
    level, score = row["tingkat"], row["score"]
    if level and (score or row["sem"]):
        faults.add(row.number, "score", "level_and_score", "Give a level or a score with its error, and not both.")
    elif level or not (score or row["sem"]):
        return Finding(level=_level(row, faults))
    return Finding(
        score=_number(row, "score", LEVELS[0], LEVELS[-1], faults), sem=_number(row, "sem", 0, MOST_SEM, faults)
    )


def _level(row: Row, faults: Faults) -> int | None:
    level = row["tingkat"]
    if level in map(str, LEVELS):
        return int(level)
    if not level:
        faults.add(row.number, "tingkat", "empty", "Give a level here, or a score with its error (score, sem).")
    else:
        faults.add(row.number, "tingkat", "level_wrong", f"A level is a whole number from 1 to 5; this is {level!r}.")
    return None


def _number(row: Row, column: str, least: float, most: float, faults: Faults) -> float | None:
    written = row[column]
    if _NUMBER.fullmatch(written) and least <= float(written.replace(",", ".")) <= most:
        return float(written.replace(",", "."))
    detail = f"This is a number from {least:g} to {most:g}, such as 3.4; it is {written!r}."
    faults.add(row.number, column, f"{column}_wrong", detail)
    return None
