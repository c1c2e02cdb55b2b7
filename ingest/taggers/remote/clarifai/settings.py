"""Settings of Clarifai: the model that is asked, how much it takes, and where its key is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from engine.errors import InvalidInput
from ingest.sources.addresses import without_password
from ingest.taggers.remote.cuts import CUT_SECONDS

KEY_VARIABLES: Final = ("REELMATCH_CLARIFAI_KEY", "CLARIFAI_PAT")
"""Variables that may hold the key, in this order."""

_THIS_MACHINE: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class ClarifaiSettings:
    """The model that is asked, and how much it takes.

    Attributes:
        base_url: of the API.
        user: whose model it is.
        app: which of the user's apps it is in.
        model: its name.
        version: one of its versions; empty for the newest.
        longest_seconds: of one request's video.
        max_url_bytes: of a video sent as an address.
        max_sent_bytes: of a video sent as bytes, before base64 makes it a third longer.
        max_concepts: tags a second.
        attempts: number of attempts before a request is given up.
    """

    base_url: str = "https://api.clarifai.com"
    user: str = "clarifai"
    app: str = "main"
    model: str = "general-image-recognition"
    version: str = ""
    longest_seconds: int = 600
    max_url_bytes: int = 300 * 1000 * 1000
    max_sent_bytes: int = 128 * 1000 * 1000
    max_concepts: int = 100
    attempts: int = 6

    def __post_init__(self) -> None:
        if self.longest_seconds < CUT_SECONDS:
            raise InvalidInput(
                f"a limit of {self.longest_seconds} s for Clarifai: at least {CUT_SECONDS} s,"
                " because videos are cut at every tenth second"
            )
        shown = without_password(self.base_url)
        try:
            address = urlsplit(self.base_url)
        except ValueError as error:
            raise InvalidInput(f"Clarifai's address {shown!r}: {error}") from None
        if "@" in address.netloc:
            raise InvalidInput(
                f"Clarifai's address {shown!r}: leave user name and password out; the key is set"
                f" as {KEY_VARIABLES[0]}"
            )
        if address.scheme != "https" and address.hostname not in _THIS_MACHINE:
            raise InvalidInput(f"Clarifai's address {shown!r}: only https:// keeps the key secret")

    def address(self) -> str:
        """Return the address that questions are posted to."""
        parts = ["v2", "users", self.user, "apps", self.app, "models", self.model]
        parts += ["versions", self.version] if self.version else []
        path = "/".join(quote(part, safe="") for part in [*parts, "outputs"])
        return f"{self.base_url.rstrip('/')}/{path}"


def key_in(environment: Mapping[str, str]) -> str:
    """Return the key to the API.

    Raises:
        InvalidInput: there is none.
    """
    for variable in KEY_VARIABLES:
        if key := environment.get(variable, "").strip():
            return key
    raise InvalidInput(
        f"Clarifai needs a key: set {KEY_VARIABLES[0]} to a personal access token of your account"
    )
