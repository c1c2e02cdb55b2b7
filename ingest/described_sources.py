"""Description of a video by its source, of whatever kind, without watching or fetching it."""

from pathlib import Path

from engine.domain.media import StoredUpload
from ingest.described import Described
from ingest.sources.addresses import is_address
from ingest.upload_pipeline import described_by_upload
from ingest.web_pipeline import described_by_address


def describe_source(source: str) -> Described:
    """Describe a video: by its address, its name in the store of media, or its file.

    Raises:
        NoVideoFile: when it is a file that cannot be read.
        NotAnAddress: when it is no web address.
    """
    if is_address(source):
        return described_by_address(source)
    if (upload := StoredUpload.parse(source)) is not None:
        return described_by_upload(upload)
    return Described.of_file(Path(source))
