"""Settings that can't be used stop the start, and the sentence names the key."""

from collections.abc import Mapping

import pytest

from shared.errors import WrongSetting
from shared.settings import read_settings

BUCKET = {"WIYATA_S3_BUCKET": "wiyata"}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"WIYATA_S3_ENDPOINT": "https://s3.example"}, "WIYATA_S3_BUCKET"),
        ({**BUCKET, "WIYATA_S3_ENDPOINT": "s3.example"}, "WIYATA_S3_ENDPOINT"),
        ({**BUCKET, "WIYATA_S3_ACCESS_KEY": "one"}, "WIYATA_S3_SECRET_KEY"),
        ({"WIYATA_FILES_LOCATION": "files"}, "WIYATA_FILES_LOCATION"),
        ({"WIYATA_FILES_LOCATION": "/../"}, "WIYATA_FILES_LOCATION"),
        ({"WIYATA_UPLOAD_LIMIT": "viel"}, "WIYATA_UPLOAD_LIMIT"),
        ({"WIYATA_ACCESSES_KEPT_DAYS": "0"}, "WIYATA_ACCESSES_KEPT_DAYS"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, said: Mapping[str, str], key: str
) -> None:
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match=key):
        read_settings()


def test_a_bucket_needs_no_key_of_ours_and_a_key_is_shown_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**BUCKET, "WIYATA_S3_ACCESS_KEY": "kunci", "WIYATA_S3_SECRET_KEY": "rahasia"}.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.s3_secret_key == "rahasia"
    assert "rahasia" not in repr(settings)
    monkeypatch.delenv("WIYATA_S3_ACCESS_KEY")
    monkeypatch.delenv("WIYATA_S3_SECRET_KEY")
    assert read_settings().s3_bucket == "wiyata"
