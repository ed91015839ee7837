"""Where uploaded files are kept: in a folder, or in a bucket of an S3 server."""

from functools import cache

from services.catalogue.storage.folder import FolderStorage
from services.catalogue.storage.port import Incoming, Received, Storage, StorageIsAway
from shared.settings import Settings

__all__ = ["FolderStorage", "Incoming", "Received", "Storage", "StorageIsAway", "storage_of"]


@cache
def storage_of(settings: Settings) -> Storage:
    """Give the storage that the settings name; one for a process, whose threads may share it."""
    if not settings.s3_bucket:
        return FolderStorage(settings.storage, mode=0o644 if settings.files_location else 0o600)
    from services.catalogue.storage.s3 import S3Storage, client_of  # boto3 costs memory that a folder does not need.

    return S3Storage(client_of(settings), settings.s3_bucket, settings.storage)
