"""Every setting, in one place: environment variables that begin with ``REELMATCH_``."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from engine.domain import DEFAULT_THRESHOLD
from engine.errors import InvalidInput
from engine.profiles import MOST_TAGS, VIEWER_RULES, ProfileRules
from engine.recipe import SecondsName
from engine.sensitive import DEFAULT_RULES, Rules, read_rules
from engine.weighting import TfName
from ingest.elsewhere import Elsewhere, HostName
from ingest.sources.guard import AllowedNetwork
from ingest.sources.web import FetchLimits
from ingest.taggers.clarifai_settings import ClarifaiSettings
from ingest.taggers.makers import Setup

LogFormat = Literal["text", "json"]

PREFIX: Final = "REELMATCH_"
"""Of every variable."""


def _default_home() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "reelmatch"


def _cores() -> int:
    return len(os.sched_getaffinity(0))


class Settings(BaseSettings):
    """What an operator can set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, use_attribute_docstrings=True)

    home: Path = Field(default_factory=_default_home)
    """Where catalog and generations are kept; another folder is another catalogue."""
    threshold: float = Field(default=DEFAULT_THRESHOLD, ge=0.0, le=1.0)
    """Least confidence that counts, 0.0 to 1.0."""
    tf: TfName = "raw"
    """Term frequency of a reindex: `raw` seconds, or `sqrt` or `log` of them."""
    seconds: SecondsName = "raw"
    """What a reindex counts: all seconds of a tag (`raw`), or `effective` ones, where a still
    picture counts once however long it is shown."""
    sensitive: Annotated[Rules, NoDecode] = DEFAULT_RULES
    """The topics that make a video sensitive, each alone or with its thresholds of a doubt and a
    certainty, as `nudity=0.5:0.8` ([sensitive content](sensitive.md))."""
    web_allowed_networks: Annotated[tuple[str, ...], NoDecode] = ()
    """Private networks that videos may be fetched from and webhooks sent to, by comma:
    `10.1.0.0/16`, `127.0.0.1:80`."""
    web_max_bytes: int = Field(default=2 << 30, gt=0)
    """The most bytes that are fetched of one video."""
    web_deadline_seconds: float = Field(default=1800.0, gt=0)
    """How long one video may take to be fetched, in seconds."""
    web_rate_limit: int | None = Field(default=None, gt=0)
    """The most bytes a second that are fetched of one video; as fast as it comes unless set."""
    clarifai_url: str = "https://api.clarifai.com"
    """Where Clarifai's API is; the key stays in `REELMATCH_CLARIFAI_KEY`
    ([remote taggers](remote-taggers.md))."""
    clarifai_user: str = "clarifai"
    """Whose model is asked."""
    clarifai_app: str = "main"
    """Which of that user's apps it is in."""
    clarifai_model: str = "general-image-recognition"
    """Its name."""
    clarifai_version: str = ""
    """One of its versions; the newest unless set."""
    hosting: HostName = "none"
    """Where a remote tagger can fetch copies: `none` (bytes are sent), `local` or `gcs`."""
    hosting_bucket: str = ""
    """The bucket of `gcs`."""
    public_url: str = "http://127.0.0.1:8000"
    """Where `reelmatch serve` is reached from outside, for `local` hosting."""
    processes: int = Field(default_factory=_cores, ge=0, le=1024)
    """How many videos `serve` and `work` watch at a time; as many as cores unless set. 0: `serve`
    leaves the queue to `reelmatch work`."""
    log_format: LogFormat = "text"
    """How `serve` and `work` log to stderr: `text` for people, `json` for machines."""
    models_hub: str = "https://huggingface.co"
    """Where `reelmatch models pull` fetches from; a mirror has the same paths
    ([taggers](taggers.md))."""
    upload_max_bytes: int = Field(default=4 << 30, gt=0)
    """The most bytes of a file that is added in the console."""
    viewer_watched: float = Field(default=VIEWER_RULES.watched, ge=0.0, le=1.0)
    """What a video watched whole weighs beside 1 for a liked one."""
    viewer_skipped: float = Field(default=VIEWER_RULES.skipped, ge=0.0, le=1.0)
    """How much a skipped video counts against, beside 1 for a disliked one."""
    viewer_disliked: float = Field(default=VIEWER_RULES.disliked, ge=0.0, le=1.0)
    """How much what a viewer dislikes counts beside what they like."""
    viewer_half_life_days: float = Field(default=VIEWER_RULES.half_life_days, gt=0.0)
    """After so many days what a viewer did counts half."""
    viewer_common_share: float = Field(default=VIEWER_RULES.common_share, ge=0.0, le=1.0)
    """How much of what most videos show is taken off a viewer's profile."""
    viewer_power: float = Field(default=VIEWER_RULES.power, gt=0.0, le=2.0)
    """The power of a profile's weights; below 1 it damps the strongest tags."""
    viewer_most_tags: int = Field(default=VIEWER_RULES.most_tags, ge=1, le=MOST_TAGS)
    """So many of the strongest tags of a viewer's videos are kept."""
    viewer_together: float = Field(default=VIEWER_RULES.together, ge=0.0)
    """How much being liked by the same viewers counts beside the score, once they are enough."""
    host: str = "127.0.0.1"
    """The address that `reelmatch serve` listens on."""
    port: int = Field(default=8000, ge=0, le=65_535)
    """The port that `reelmatch serve` listens on; 0 takes a free one."""

    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses or networks, by comma, of the proxies whose `X-Forwarded-For` and
    `X-Forwarded-Proto` are believed: `127.0.0.1` for one on this machine. Nobody's unless set."""

    @field_validator("trusted_proxies", mode="after")
    @classmethod
    def _check_proxies(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ip_network(proxy)
            except ValueError:
                raise ValueError(
                    f"{proxy!r} is no address or network, as 127.0.0.1 or 10.1.0.0/16"
                ) from None
        return proxies

    @field_validator("web_allowed_networks", "trusted_proxies", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("web_allowed_networks")
    @classmethod
    def _check_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for network in networks:
                AllowedNetwork.parse(network)
        except InvalidInput as error:
            raise ValueError(str(error)) from error
        return networks

    @field_validator("sensitive", mode="before")
    @classmethod
    def _read_rules(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return read_rules(value)
        except InvalidInput as error:
            raise ValueError(str(error)) from error

    @property
    def fetch_limits(self) -> FetchLimits:
        """How videos are fetched from the web.

        Raises:
            InvalidInput: when an allowed network is none.
        """
        return FetchLimits(
            max_bytes=self.web_max_bytes,
            deadline_seconds=self.web_deadline_seconds,
            rate_limit_bytes_per_second=self.web_rate_limit,
            allowed_networks=self.web_allowed_networks,
        )

    @property
    def uploads_path(self) -> Path:
        """The folder of files that were added in the console."""
        return self.home / "uploads"

    @property
    def profile_rules(self) -> ProfileRules:
        """How what a viewer did becomes weights."""
        return ProfileRules(
            watched=self.viewer_watched,
            skipped=self.viewer_skipped,
            disliked=self.viewer_disliked,
            half_life_days=self.viewer_half_life_days,
            common_share=self.viewer_common_share,
            power=self.viewer_power,
            most_tags=self.viewer_most_tags,
            together=self.viewer_together,
        )

    @property
    def hosted_path(self) -> Path:
        """The folder of copies that are given out."""
        return self.home / "hosted"

    @property
    def elsewhere(self) -> Elsewhere:
        """How videos are tagged by a service.

        Raises:
            InvalidInput: when the service's address is not safe for a key.
        """
        clarifai = ClarifaiSettings(
            base_url=self.clarifai_url,
            user=self.clarifai_user,
            app=self.clarifai_app,
            model=self.clarifai_model,
            version=self.clarifai_version,
        )
        return Elsewhere(
            clarifai, self.hosting, self.hosting_bucket, self.hosted_path, self.public_url
        )

    @property
    def tagger_setup(self) -> Setup:
        """What taggers may need.

        Raises:
            InvalidInput: when a service's address is not safe for a key.
        """
        return Setup(self.home, self.elsewhere)

    @property
    def models_path(self) -> Path:
        """The folder of pairs that were pulled."""
        return self.home / "models"

    @property
    def catalog_path(self) -> Path:
        """The SQLite file."""
        return self.home / "catalog.db"

    @property
    def generations_path(self) -> Path:
        """The folder of generations."""
        return self.home / "generations"


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        InvalidInput: naming each variable that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{PREFIX}{'_'.join(map(str, item['loc'])).upper()}={item['input']!r}:"
            f" {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors()
        )
        raise InvalidInput(wrong) from error


def misspelt_settings(environment: Iterable[str]) -> dict[str, str]:
    """Return variables of an environment that are no setting but nearly one, each with that one."""
    known = [name.upper() for name in Settings.model_fields]
    ours = [name.removeprefix(PREFIX) for name in environment if name.startswith(PREFIX)]
    near = {name: get_close_matches(name, known, n=1, cutoff=0.8) for name in ours}
    return {
        f"{PREFIX}{name}": f"{PREFIX}{found[0]}"
        for name, found in near.items()
        if found and name not in known
    }
