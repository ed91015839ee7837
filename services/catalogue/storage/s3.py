"""Keeps files in a bucket of a server that speaks S3: Amazon's, or one of the city's own such as MinIO or Ceph."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from services.catalogue.storage.port import Incoming, Opened, Received, StorageIsAway
from shared.logging import log
from shared.settings import Settings

_IN_PARTS = TransferConfig(multipart_threshold=16 << 20, multipart_chunksize=16 << 20, max_concurrency=2)
"""A file of 200 MB goes up in parts, of which two are in memory at a time."""

_NOT_THERE = frozenset({"404", "NoSuchKey", "NotFound"})


def client_of(settings: Settings) -> Any:
    """Make a client. Without a key in our settings boto3 looks where it always does: `AWS_…`, files, the machine."""
    return boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint or None,
        region_name=settings.s3_region or None,
        aws_access_key_id=settings.s3_access_key or None,
        aws_secret_access_key=settings.s3_secret_key or None,
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 3},
            # Servers other than Amazon's need not know the newer checksums, and some have no names for buckets.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if settings.s3_endpoint else "auto"},
        ),
    )


class S3Storage:
    """Files as objects of one bucket. What comes in lies in a folder of this machine until it is whole."""

    def __init__(self, client: Any, bucket: str, folder: Path) -> None:
        self._client = client
        self._bucket = bucket
        self._folder = folder

    def receiving(self) -> Incoming:
        """Give an empty file to write into."""
        return Incoming(self._folder / "incoming")

    def keep(self, received: Received, tenant: UUID) -> None:
        """Send a file up, unless it is there."""
        if self.has(tenant, received.sha256):
            return
        with _answered():
            self._client.upload_file(str(received.path), self._bucket, _key(tenant, received.sha256), Config=_IN_PARTS)

    def has(self, tenant: UUID, sha256: str) -> bool:
        """Ask for an object's head."""
        try:
            with _answered():
                self._client.head_object(Bucket=self._bucket, Key=_key(tenant, sha256))
        except FileNotFoundError:
            return False
        return True

    def open(self, tenant: UUID, sha256: str, start: int = 0, length: int | None = None) -> Opened:
        """Begin to fetch an object, or a range of it."""
        wanted = {} if start == 0 and length is None else {"Range": _range(start, length)}
        with _answered():
            answer = self._client.get_object(Bucket=self._bucket, Key=_key(tenant, sha256), **wanted)
        opened: Opened = answer["Body"]
        return opened


def _key(tenant: UUID, sha256: str) -> str:
    return f"{tenant}/{sha256[:2]}/{sha256}"


def _range(start: int, length: int | None) -> str:
    return f"bytes={start}-{'' if length is None else start + length - 1}"


@contextmanager
def _answered() -> Iterator[None]:
    """Turn what boto3 raises into what is said of any storage."""
    try:
        yield
    except ClientError as refused:
        code = refused.response.get("Error", {}).get("Code", "")
        if code in _NOT_THERE:
            raise FileNotFoundError(code) from refused
        raise _away(code) from refused
    except (BotoCoreError, Boto3Error) as away:
        raise _away(type(away).__name__) from away


def _away(reason: str) -> StorageIsAway:
    log(__name__).error("storage does not answer", reason=reason)
    return StorageIsAway("The place where files are kept does not answer. Try again in a minute.", retry_after=60)
