"""Programs end at any moment: by a power cut, or told to; what was said still arrives once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

from deploy.demo.origin import Visitor
from tests.journeys.stage import City, eventually
from tests.journeys.suites import Suite

KILLS = 4
REQUESTS_BETWEEN = 8
"""Three learners ask nearly twenty times each, so that the last kill still meets them at work."""


def test_what_was_killed_amid_the_work_goes_on_where_it_was(suite: Suite, city: City) -> None:
    before = city.figures()
    learners = [city.newcomer() for _ in range(3)]
    with ThreadPoolExecutor(len(learners)) as hands:
        work = [hands.submit(city.learn, learner) for learner in learners]
        _kill_amid_the_work(suite)
        enrolments = {one.result()["id"] for one in work}
    after = eventually(city.figures, lambda seen: seen["completed"] >= before["completed"] + len(learners))
    assert [after[name] - before[name] for name in ("enrolled", "completed", "n")] == [len(learners)] * 3
    assert len([row for row in city.rows() if row["enrolment"] in enrolments and row["completed_event"]]) == 3
    for learner in learners:
        _has_learnt(learner)
    for service in ("evaluation", "enrolment"):
        assert suite.call(service, "verify").stdout == f"{service}: identical\n"


def test_every_program_ends_cleanly_within_seconds_when_told_to(suite: Suite) -> None:
    for program in suite.programs.values():
        program.tell_to_end()
    assert {name: program.ended() for name, program in suite.programs.items()} == dict.fromkeys(suite.programs, 0)


def _kill_amid_the_work(suite: Suite) -> None:
    """Kill mortal programs in turn, each after some more requests were answered, and start them again."""
    for name in islice(cycle(suite.mortal), KILLS):
        enough = len(suite.front.exchanges) + REQUESTS_BETWEEN
        eventually(lambda: len(suite.front.exchanges), enough.__le__)
        suite.programs[name].kill()
        suite.programs[name].start()
    suite.start()


def _has_learnt(learner: Visitor) -> None:
    hours = learner.get("evaluation/me/learning-hours")
    assert sum(entry["minutes"] for entry in hours["entries"]) == 170
    levels = {one["competency"]: one["level"] for one in learner.get("evaluation/me/profile")["competencies"]}
    assert levels["PP"] is not None
