"""Copies in a bucket of Google Cloud Storage, given out under signed addresses (V4)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Self

from engine.errors import MissingPart
from ingest.sources.hosting.base import HostingFailed
from ingest.sources.hosting.signing import new_name

_FOLDER: Final = "reelmatch/"
_TIMEOUT_SECONDS: Final = 120


class GcsHost:
    """A bucket; see ``Host``.

    Args:
        bucket: a ``google.cloud.storage.Bucket``.
        signing: how addresses are signed, for ``Blob.generate_signed_url``: the keywords
            ``credentials`` and ``api_access_endpoint``, where the client's own are not right.
    """

    def __init__(self, bucket: Any, signing: dict[str, Any] | None = None) -> None:
        self._bucket = bucket
        self._signing = signing or {}

    @classmethod
    def open(cls, bucket: str) -> Self:
        """Open a bucket with the credentials that Google's libraries find.

        Raises:
            MissingPart: the library is not installed.
            HostingFailed: there are no credentials.
        """
        storage = _library("google.cloud.storage")
        with _translated_failures(bucket):
            return cls(storage.Client().bucket(bucket))

    def put(self, path: Path) -> str:
        """Upload a file."""
        name = f"{_FOLDER}{new_name()}"
        with _translated_failures(self._bucket.name):
            self._bucket.blob(name).upload_from_filename(
                str(path), content_type="video/mp4", timeout=_TIMEOUT_SECONDS
            )
        return name

    def url(self, name: str, *, valid_seconds: int) -> str:
        """Return an address signed by the service account."""
        blob, valid = self._bucket.blob(name), timedelta(seconds=valid_seconds)
        try:
            with _translated_failures(self._bucket.name):
                signed: str = blob.generate_signed_url(
                    version="v4", expiration=valid, method="GET", **self._signing
                )
        except AttributeError as error:
            # What the library raises when the credentials cannot sign.
            raise HostingFailed(
                f"the bucket {self._bucket.name} cannot be used: signed addresses need the key of"
                " a service account (GOOGLE_APPLICATION_CREDENTIALS)"
            ) from error
        return signed

    def delete(self, name: str) -> None:
        """Delete an object."""
        not_found = _library("google.api_core.exceptions").NotFound
        with _translated_failures(self._bucket.name):
            try:
                self._bucket.blob(name).delete(timeout=_TIMEOUT_SECONDS)
            except not_found:
                return


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingPart(
            "hosting in Google Cloud Storage", "pip install 'reelmatch[gcs]'"
        ) from error


@contextmanager
def _translated_failures(bucket: str) -> Iterator[None]:
    """Turn the library's failures into one of ours."""
    api = _library("google.api_core.exceptions").GoogleAPIError
    auth = _library("google.auth.exceptions").GoogleAuthError
    network = _library("requests").RequestException
    try:
        yield
    except (api, auth, network, OSError) as error:
        raise HostingFailed(f"the bucket {bucket} cannot be used: {error}") from error
