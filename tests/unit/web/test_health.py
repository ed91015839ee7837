"""What a probe and Prometheus see."""

from pathlib import Path

from tests.unit.web.tiny import House, bearer, open_house


def test_a_process_that_runs_lives(quiet_house: House) -> None:
    assert quiet_house.client.get("/livez").json == {"alive": True}


def test_a_process_with_its_database_and_the_newest_schema_is_ready(quiet_house: House) -> None:
    assert quiet_house.client.get("/readyz").json == {"ready": True}


def test_an_older_schema_is_not_ready(tmp_path: Path) -> None:
    answer = open_house(tmp_path, schema_is_current=False).client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json is not None
    assert "migrations" in answer.json["detail"]


def test_a_database_that_does_not_answer_is_not_ready(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    house.database.close()
    file = tmp_path / "tiny.sqlite"
    for part in tmp_path.glob("tiny.sqlite*"):
        part.unlink()
    file.mkdir()

    assert house.client.get("/readyz").status_code >= 500
    assert house.client.get("/livez").status_code == 200


def test_requests_are_counted_and_timed_by_route(quiet_house: House) -> None:
    quiet_house.client.get("/items", headers=bearer())
    quiet_house.client.get("/nowhere/01890000-0000-7000-8000-0000000000aa")
    quiet_house.client.open("/livez", method="BREW")
    figures = quiet_house.client.get("/metrics").get_data(as_text=True)

    assert 'wiyata_requests_total{method="GET",route="/items",service="tiny",status="200"}' in figures
    assert 'wiyata_request_seconds_bucket{le="0.1",method="GET",route="/items",service="tiny",status="200"}' in figures
    assert 'method="GET",route="(none)",service="tiny",status="404"' in figures
    assert 'method="other"' in figures
    assert "0000000000aa" not in figures
