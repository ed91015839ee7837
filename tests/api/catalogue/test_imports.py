"""Course manifests on their way in and out."""

import io
import zipfile

import pytest

from services.catalogue.archive import pack
from shared.ids import new_id
from tests.api.catalogue.conftest import COURSE, FILES, City, manifest


def test_a_manifest_makes_a_draft_with_the_importer_as_its_trainer(city: City) -> None:
    answer = city.import_course()
    done = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/catalogue/courses/{done['course']}"
    assert done == {
        "course": done["course"],
        "code": "SPP",
        "version": 1,
        "created": True,
        "changed": [
            *("programme", "code", "title", "summary", "language", "form", "scope", "outcomes.PP"),
            *("lessons.L1", "lessons.L2", "lessons.L3", "assessments.PRE", "assessments.POST"),
            "files.bahan/leaflet.pdf",
        ],
        "dry_run": False,
    }
    course = city.get(f"/courses/{done['course']}", "trainer").get_json()
    assert (course["state"], course["version"], course["draft"]) == ("draft", None, 1)
    assert course["trainers"] == [str(city.trainer)]
    assert city.said() == []


def test_the_same_manifest_again_changes_nothing(city: City) -> None:
    first = city.import_course().get_json()
    before = city.get(f"/courses/{first['course']}").headers["ETag"]
    again = city.import_course()
    assert again.status_code == 200
    assert again.get_json() == {**first, "created": False, "changed": []}
    assert city.get(f"/courses/{first['course']}").headers["ETag"] == before


def test_a_changed_manifest_changes_the_draft_and_says_what(city: City) -> None:
    first = city.import_course().get_json()
    lessons = city.get(f"/courses/{first['course']}/versions/1").get_json()["lessons"]
    course = COURSE.replace("Standar Pelayanan", "Standar Baru").replace("minutes: 10", "minutes: 15")
    again = city.import_course(manifest(course, {**FILES, "lessons/L1.md": b"Lain.\n"})).get_json()
    assert again["course"] == first["course"]
    assert (again["version"], again["created"]) == (1, False)
    assert again["changed"] == ["title", "lessons.L1", "lessons.L3"]
    revised = city.get(f"/courses/{first['course']}/versions/1").get_json()["lessons"]
    assert [one["id"] for one in revised] == [one["id"] for one in lessons]


def test_a_dry_run_says_what_would_be_and_leaves_no_trace(city: City) -> None:
    tried = city.import_course(query="?dry_run=true")
    assert tried.status_code == 200
    assert tried.get_json() | {"changed": []} == {
        "course": None,
        "code": "SPP",
        "version": 1,
        "created": True,
        "changed": [],
        "dry_run": True,
    }
    assert city.get("/courses").get_json()["items"] == []
    assert not (city.settings.storage / str(city.id)).exists()
    first = city.import_course().get_json()
    tried = city.import_course(manifest(COURSE.replace("Ringkasan.", "Lain.")), query="?dry_run=true")
    assert tried.get_json()["changed"] == ["summary"]
    assert city.get(f"/courses/{first['course']}").get_json()["summary"] == "Ringkasan."


def test_the_export_is_the_manifest_again(city: City) -> None:
    course = city.import_course().get_json()["course"]
    exported = city.get(f"/courses/{course}/manifest", "trainer")
    assert exported.mimetype == "application/zip"
    assert exported.headers["Content-Disposition"] == "attachment; filename=SPP.zip"
    assert city.import_course(exported.data).get_json()["changed"] == []
    assert city.get(f"/courses/{course}/manifest").data == exported.data
    with zipfile.ZipFile(io.BytesIO(exported.data)) as packed:
        assert {name: packed.read(name) for name in FILES} == dict(FILES)


def test_faults_are_named_by_their_place(city: City) -> None:
    course = COURSE.replace("minutes: 30", "minutes: lama").replace("minimum_bp: 7000", "minimum_bp: 10001")
    refused = city.import_course(manifest(course))
    assert refused.status_code == 422
    assert refused.get_json()["type"] == "/problems/manifest-refused"
    assert set(refused.get_json()["errors"]) == {"lessons[0].minutes", "assessments[1].minimum_bp"}
    assert city.get("/courses").get_json()["items"] == []


@pytest.mark.parametrize("name", ["../luar.pdf", "/etc/luar.pdf", "a/../../luar.pdf", "C:/luar.pdf"])
def test_a_file_that_would_land_outside_is_refused(city: City, name: str) -> None:
    content = pack({"course.yaml": COURSE.encode(), **FILES, name: b"%PDF-"})
    refused = city.import_course(content)
    assert refused.status_code == 422
    assert name in refused.get_json()["errors"]


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_archive_is_refused(city: City, content: bytes) -> None:
    assert city.import_course(content).status_code == 422


def test_a_request_without_a_file_says_which_is_missing(city: City) -> None:
    refused = city.ask("POST", "/course-imports", data={"other": "x"}, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "file" in refused.get_json()["errors"]


def test_a_program_in_the_clothes_of_a_pdf_is_refused(city: City) -> None:
    refused = city.import_course(manifest(files={**FILES, "bahan/leaflet.pdf": b"MZ\x90\x00\x03"}))
    assert refused.status_code == 422
    assert set(refused.get_json()["errors"]) == {"lessons[1].file"}
    assert not (city.settings.storage / str(city.id)).exists()


def test_more_than_the_upload_limit_is_refused_with_the_limit(city: City) -> None:
    refused = city.import_course(manifest(files={**FILES, "bahan/leaflet.pdf": b"%PDF-" + bytes(100_000)}))
    assert refused.status_code == 413
    assert refused.get_json()["parameters"] == {"limit": 100_000}


def test_a_trainer_edits_listed_courses_alone_and_an_administrator_all(city: City) -> None:
    city.import_course()
    changed = manifest(COURSE.replace("Ringkasan.", "Lain."))
    refused = city.import_course(changed, person=city.other_trainer)
    assert refused.status_code == 403
    assert refused.get_json()["type"] == "/problems/not-an-editor-of-the-course"
    assert city.import_course(changed, "administrator").get_json()["changed"] == ["summary"]


def test_trainers_are_people_of_the_tenant_and_may_be_named(city: City) -> None:
    course = city.import_course().get_json()["course"]
    query = f"?trainers={city.trainer}&trainers={city.other_trainer}"
    refused = city.import_course(query=query)
    assert (refused.status_code, refused.headers["Retry-After"]) == (409, "1")
    assert refused.get_json()["type"] == "/problems/not-yet-known"
    city.hear_of_person(city.trainer)
    city.hear_of_person(city.other_trainer)
    assert city.import_course(query=query).get_json()["changed"] == ["trainers"]
    shown = city.get(f"/courses/{course}").get_json()
    assert set(shown["trainers"]) == {str(city.trainer), str(city.other_trainer)}
    assert city.import_course(person=city.other_trainer).status_code == 200


def test_a_machine_that_imports_is_no_trainer(city: City) -> None:
    course = city.import_course(role="administrator", person=new_id(), machine=True).get_json()["course"]
    assert city.get(f"/courses/{course}").get_json()["trainers"] == []


def test_only_an_administrator_renames_a_programme_for_all_its_courses(city: City) -> None:
    course = city.import_course().get_json()["course"]
    renamed = manifest(COURSE.replace("Pelayanan Publik", "Layanan Prima"))
    refused = city.import_course(renamed)
    assert refused.status_code == 422
    assert set(refused.get_json()["errors"]) == {"programme.title"}
    done = city.import_course(renamed, "administrator").get_json()
    assert (done["changed"], done["version"]) == (["programme"], 1)
    assert city.get(f"/courses/{course}").get_json()["programme"]["title"] == "Layanan Prima"


def test_another_programme_is_a_change_of_the_course(city: City) -> None:
    course = city.published_course()
    moved = manifest(COURSE.replace("code: LAYANAN", "code: LAIN"))
    assert city.import_course(moved).get_json()["version"] == 2
    assert city.get(f"/courses/{course}/versions/2").get_json()["programme"]["code"] == "LAIN"
    assert city.get(f"/courses/{course}/versions/1").get_json()["programme"]["code"] == "LAYANAN"
