"""What the programs logged in the whole run: ids and counts, and nothing that names a person.

The file is the last of its folder by name, so that it reads what all the others made the programs write.
"""

from tests.journeys.insiders import Insiders
from tests.journeys.stage import City
from tests.journeys.suites import Suite


def test_no_log_names_a_person(suite: Suite, city: City, playground: Insiders) -> None:
    rows = [*city.roster, *playground.city.roster]
    named = {row[column] for row in rows for column in ("nip", "nama", "email")} - {""}
    assert len(named) > 100
    logs = {program: text.casefold() for program, text in suite.logs().items()}
    found = {(program, name) for program, text in logs.items() for name in named if name.casefold() in text}
    assert found == set()


def test_no_program_met_a_surprise(suite: Suite, city: City) -> None:
    told = [line for program in suite.programs for line in suite.lines(program)]
    assert any(line["event"] == "event handled" for line in told)
    # The Kafka client calls it an error that a topic which it has just made is not there yet.
    ours = [line for line in told if line.get("logger") != "kafka.cluster"]
    assert [line for line in ours if line["level"] in {"error", "critical"}] == []
    assert [text for text in suite.logs().values() if "Traceback" in text] == []
