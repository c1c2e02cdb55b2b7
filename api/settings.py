"""Every setting, in one place: environment variables that begin with ``REELMATCH_``."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from msgspec import Meta, Struct, ValidationError, field
from msgspec.structs import fields

from api.setting_readers import read_setting
from api.stored_settings import STORED, read_stored
from engine.domain.assessments.sensitivity import DEFAULT_RULES, Rules
from engine.domain.matching.index_config import (
    IndexConfig,
    SecondsName,
    SourceConfig,
    with_default_weights,
)
from engine.domain.matching.results import DEFAULT_THRESHOLD, MIN_RELEVANCE
from engine.domain.matching.variety import MAX_VARIETY
from engine.domain.matching.weighting import TfName
from engine.errors import InvalidInput
from engine.indexes import LOCAL
from engine.search.profiles import MAX_TAGS, VIEWER_RULES, ProfileRules
from engine.system.cpus import usable_cpus
from ingest.sources.addresses import without_password
from ingest.taggers.remote.clarifai.settings import ClarifaiSettings
from ingest.taggers.remote.config import HostName, RemoteTaggerConfig
from ingest.taggers.remote.vlm.settings import VlmSettings

if TYPE_CHECKING:  # what they bring is needed by few commands
    from ingest.sources.web import FetchLimits
    from ingest.taggers.registry import TaggerContext

LogFormat = Literal["text", "json"]
Switch = Literal["on", "off"]

PREFIX: Final = "REELMATCH_"
"""Of every variable."""

EARLIER_NAMES: Final = {
    "viewer_mean_share": "viewer_common_share",
    "viewer_co_likes": "viewer_together",
}
"""Settings -> what they were called before; still read, for one minor version."""


def _default_home() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "reelmatch"


class Settings(Struct, frozen=True, kw_only=True):
    """Settings of an installation, made by its operator.

    The text under each is what ``docs/settings.md`` says of it.
    """

    home: Path = field(default_factory=_default_home)
    """Folder of catalog and generations; another folder is another catalog."""
    catalog: str = ""
    """URL of the catalog: `sqlite:///` and the path of a file, or
    `postgresql://user:password@host:5432/database`, which any number of machines share
    ([scaling](scaling.md)). `catalog.db` in the home unless set."""
    index: str = LOCAL
    """URL of the index that answers: `local:`, one of each process that asks, or
    `milvus://host:19530`, a server of [Milvus](scaling.md#index-milvus) that all ask; `milvus+tls://`
    speaks TLS, and `/name` at the end says what its collections are called. Its key, or
    `user:password`, stays in `REELMATCH_MILVUS_TOKEN`."""
    threshold: Annotated[float, Meta(ge=0.0, le=1.0)] = DEFAULT_THRESHOLD
    """Least confidence that counts, 0.0 to 1.0."""
    tf: TfName = "sqrt"
    """Term frequency of a reindex: `raw` seconds, or `sqrt` or `log` of them."""
    slope: Annotated[float, Meta(ge=0.01, le=1.0)] = 1.0
    """Slope of the pivoted length of a reindex, 0.01 to 1. At 1 a score is the cosine; below, the
    cosine times a confidence that grows with how much was seen of the video, so that a few seconds
    prove less than a minute ([ranking](ranking.md))."""
    min_df: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    """Least number of videos that a tag is on for a reindex to count it."""
    seconds: SecondsName = "raw"
    """Seconds that a reindex counts: all seconds of a tag (`raw`), or `effective` ones, where a
    still picture counts once however long it is shown."""
    least_seconds: Annotated[int, Meta(ge=1, le=3600)] = 2
    """Seconds of a tag from which on it counts for a video and is listed; of a video of less than
    twice as many, half of its seconds."""
    sources: tuple[SourceConfig, ...] = ()
    """Sources of tags that differ from others in the least confidence that counts and, after a
    colon, in the weight of their tags: `audio=0.6:0.5,text=0.8`. Sources are `visual`, `audio`,
    `text`, `speech`, `metadata` and `people`; with weight 0 their tags are left out. Unless it is
    named here, `audio` ([sound](sound.md)), `text` ([text](text.md)) and `speech`
    ([speech](speech.md)) have weight 0.25, `metadata` ([metadata](metadata.md)) has 0.5. From the
    next reindex on ([concepts](concepts.md))."""
    min_relevance: Annotated[float, Meta(ge=0.0, le=1.0)] = MIN_RELEVANCE
    """Least score of a match of keywords, as a share of the best one's
    ([keywords](keywords.md))."""
    variety: Annotated[int, Meta(ge=0, le=MAX_VARIETY)] = VIEWER_RULES.variety
    """Number of videos of one series among ten in a row of recommendations and matches, as long as
    others fit: 1 to 9, 0 for any number ([ranking](ranking.md#variety))."""
    sensitive: Rules = DEFAULT_RULES
    """The topics that make a video sensitive, each alone or with its thresholds of a doubt and a
    certainty, as `nudity=0.5:0.8` ([sensitive content](sensitive.md))."""
    web_allowed_networks: tuple[str, ...] = ()
    """Private networks that videos may be fetched from and webhooks sent to, by comma:
    `10.1.0.0/16`, `127.0.0.1:80`."""
    web_max_bytes: Annotated[int, Meta(gt=0)] = 2 << 30
    """The most bytes that are fetched of one video."""
    web_deadline_seconds: Annotated[float, Meta(gt=0)] = 1800.0
    """The most seconds that fetching one video may take."""
    web_rate_limit: Annotated[int, Meta(gt=0)] | None = None
    """The most bytes a second that are fetched of one video; as fast as it comes unless set."""
    clarifai_url: str = "https://api.clarifai.com"
    """Address of Clarifai's API; the key stays in `REELMATCH_CLARIFAI_KEY`
    ([remote taggers](remote-taggers.md))."""
    clarifai_user: str = "clarifai"
    """The user whose model is asked."""
    clarifai_app: str = "main"
    """The app of that user which has the model."""
    clarifai_model: str = "general-image-recognition"
    """Its name."""
    clarifai_version: str = ""
    """One of its versions; the newest unless set."""
    people: Switch = "off"
    """Whether the tagger that comes along says of a shot that a `woman`, a `man` or somebody
    `smiling` is seen: `on` or `off`. Read [people](people.md) first."""
    vlm_words: str = "list"
    """Words that a model elsewhere (`--tagger vlm:URL#MODEL`) may say: `list`, every known word;
    `free`, any word; or the path of a list, a word a line. Its key stays in `REELMATCH_VLM_KEY`
    ([models elsewhere](vlm.md))."""
    vlm_allowed_networks: tuple[str, ...] = ()
    """Private networks that such a model may be asked in, by comma: `127.0.0.1:11434`."""
    hosting: HostName = "none"
    """Host of copies for a remote tagger: `none` (bytes are sent), `local` or `gcs`."""
    hosting_bucket: str = ""
    """The bucket of `gcs`."""
    public_url: str = "http://127.0.0.1:8000"
    """Address of `reelmatch serve` from outside, for `local` hosting."""
    processes: Annotated[int, Meta(ge=0, le=1024)] = field(default_factory=usable_cpus)
    """Number of videos that `serve` and `work` watch at a time; as many as cores unless set. 0:
    `serve` leaves the queue to `reelmatch work`."""
    executor: str = "local:"
    """Executor of reindexes, `evaluate` and `recommend --all-viewers`: `local:N`, in N processes of
    this machine, each of some 120 MB; as many as cores unless N is given. `serial:` starts none;
    `dask://host:8786` asks a [Dask cluster](scaling.md), `ingest` does then, too.
    The result is the same."""
    media: str = ""
    """Store of thumbnails, of files that are sent, and of copies for remote taggers, for all hosts
    of a catalog: a folder, `s3://bucket/folder` or `gs://bucket/folder`
    ([scaling](scaling.md#media)). In the catalog, and in the home of one host, unless set."""
    publish_to: str = ""
    """Store that `serve` publishes each new generation to, with the catalog: `file:///folder`,
    `s3://bucket/folder` or `gs://bucket/folder` ([replicas](scaling.md#replicas)). None unless
    set."""
    replica_of: str = ""
    """Store whose publications `serve` answers from: their index, and their catalog, read only,
    unless `REELMATCH_CATALOG` is in PostgreSQL ([replicas](scaling.md#replicas)). None unless
    set."""
    replica_seconds: Annotated[float, Meta(ge=0.1, le=86_400.0)] = 10.0
    """Seconds between two looks of a replica for a new publication."""
    log_format: LogFormat = "text"
    """Format of the log of `serve` and `work` on stderr: `text` for people, `json` for machines."""
    models_hub: str = "https://huggingface.co"
    """Address that `reelmatch models pull` fetches from; a mirror has the same paths
    ([taggers](taggers.md))."""
    upload_max_bytes: Annotated[int, Meta(gt=0)] = 4 << 30
    """The most bytes of a file that is uploaded, in the console or over HTTP."""
    viewer_watched: Annotated[float, Meta(ge=0.0, le=1.0)] = VIEWER_RULES.watched
    """Weight of a video watched whole, beside 1 for a liked one."""
    viewer_skipped: Annotated[float, Meta(ge=0.0, le=1.0)] = VIEWER_RULES.skipped
    """Weight of a skipped video against a profile, beside 1 for a disliked one."""
    viewer_disliked: Annotated[float, Meta(ge=0.0, le=1.0)] = VIEWER_RULES.disliked
    """Weight of what a viewer dislikes beside what they like."""
    viewer_half_life_days: Annotated[float, Meta(gt=0.0)] = VIEWER_RULES.half_life_days
    """After so many days what a viewer did counts half."""
    viewer_mean_share: Annotated[float, Meta(ge=0.0, le=1.0)] = VIEWER_RULES.mean_share
    """Share of what most videos show that is taken off a viewer's profile."""
    viewer_power: Annotated[float, Meta(gt=0.0, le=2.0)] = VIEWER_RULES.power
    """The power of how much a viewer's videos show of a tag; below 1 it damps the strongest. Of one
    video alone that was liked or watched nothing is damped."""
    viewer_most_tags: Annotated[int, Meta(ge=1, le=MAX_TAGS)] = VIEWER_RULES.most_tags
    """Number of the strongest tags of a viewer's videos that count."""
    viewer_co_likes: float | None = None
    """Share of being liked by the same viewers in what ranks a video, 0 (by tags alone) to 0.9;
    `learned` at each reindex on the viewers' own latest likes unless set
    ([viewers](viewers.md)). Weights of earlier versions, above 0.9, are read as 0.9."""
    experiment: str = ""
    """Experiment that splits viewers, as `mix:control;variant=co_likes=0.3,power=1`: its name, and
    after a colon the arms, with what each changes of the `VIEWER_` settings
    ([attribution](attribution.md))."""
    list_days: Annotated[int, Meta(ge=0, le=3650)] = 30
    """Days that a small record of each list is stored, so that events can name the list they come
    from; 0 keeps none, and lists have no id ([attribution](attribution.md))."""
    host: str = "127.0.0.1"
    """The address that `reelmatch serve` listens on."""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8000
    """The port that `reelmatch serve` listens on; 0 takes a free one."""
    cors_origins: tuple[str, ...] = ()
    """Other sites, by comma, whose pages may ask this service with a key of theirs:
    `https://app.example`. None unless set."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks, by comma, of the proxies whose `X-Forwarded-For` and
    `X-Forwarded-Proto` are believed: `127.0.0.1` for one on this machine. Nobody's unless set."""

    def index_config(
        self,
        threshold: float | None = None,
        tf: TfName | None = None,
        seconds: SecondsName | None = None,
    ) -> IndexConfig:
        """Return how an index is built, with some of it as asked for."""
        least = self.threshold if threshold is None else threshold
        return IndexConfig(
            threshold=least,
            tf=tf or self.tf,
            seconds=seconds or self.seconds,
            least_seconds=self.least_seconds,
            sensitive=self.sensitive,
            sources=with_default_weights(self.sources, least),
            slope=self.slope,
            min_df=self.min_df,
        )

    def counting(self, threshold: float | None) -> IndexConfig:
        """Return what counts when tags are listed: at one threshold, whatever the source, if any.

        Raises:
            InvalidInput: when the threshold is not between 0.0 and 1.0.
        """
        from engine.content.counting import check_threshold

        if threshold is None:
            return self.index_config()
        config = self.index_config(check_threshold(threshold))
        sources = tuple(SourceConfig(one.source, threshold, one.weight) for one in config.sources)
        return replace(config, sources=sources)

    @property
    def fetch_limits(self) -> "FetchLimits":
        """Limits of fetching videos from the web.

        Raises:
            InvalidInput: when an allowed network is none.
        """
        from ingest.sources.web import FetchLimits

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
        """Rules that turn a viewer's events into weights."""
        return ProfileRules(
            watched=self.viewer_watched,
            skipped=self.viewer_skipped,
            disliked=self.viewer_disliked,
            half_life_days=self.viewer_half_life_days,
            mean_share=self.viewer_mean_share,
            power=self.viewer_power,
            most_tags=self.viewer_most_tags,
            co_likes=self.viewer_co_likes,
            variety=self.variety,
        )

    @property
    def shares_catalog(self) -> bool:
        """Whether other machines reach the catalog, too."""
        from engine.catalogs import is_shared

        return is_shared(self.catalog)

    @property
    def only_answers(self) -> bool:
        """Whether nothing can be changed here: of a replica without a catalog that is shared."""
        return bool(self.replica_of) and not self.shares_catalog

    @property
    def replica_path(self) -> Path:
        """The folder of what a replica has fetched."""
        return self.home / "replica"

    @property
    def hosted_path(self) -> Path:
        """The folder of copies that are given out."""
        return self.home / "hosted"

    @property
    def remote(self) -> RemoteTaggerConfig:
        """Options of tagging videos by a service.

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
        vlm = VlmSettings(self.vlm_words, self.vlm_allowed_networks)
        bucket, folder, url = self.hosting_bucket, self.hosted_path, self.public_url
        return RemoteTaggerConfig(clarifai, self.hosting, bucket, folder, url, vlm, self.media)

    @property
    def tagger_context(self) -> "TaggerContext":
        """Options that taggers may need.

        Raises:
            InvalidInput: when a service's address is not safe for a key.
        """
        from ingest.taggers.registry import TaggerContext

        return TaggerContext(self.home, self.remote, self.names_people)

    @property
    def names_people(self) -> bool:
        """Whether the tagger that comes along says who is seen."""
        return self.people == "on"

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


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment, and of what it does not say the settings stored in the home.

    Variables of the environment are found in upper and in lower case.

    Raises:
        InvalidInput: naming each variable that cannot be used, and two names of one setting that
            say different things.
    """
    given = {name.upper(): value for name, value in environment.items()}
    home = _read_all({name: given[name] for name in variables_of("home") if name in given}).home
    for name, value in read_stored(home).items():
        names = _NAMES_OF.get(name, ())
        if not names:
            raise InvalidInput(f"{home / STORED}: there is no setting {name[:80]!r}")
        if not any(one in given for one in names):
            given[name] = value
    return _read_all(given)


def _read_all(given: Mapping[str, str]) -> Settings:
    read: dict[str, Any] = {}
    wrong = []
    for setting in fields(Settings):
        values = {}
        for variable in variables_of(setting.name):
            if variable in given:
                try:
                    values[variable] = read_setting(given[variable], setting)
                except (InvalidInput, ValidationError) as error:
                    wrong.append(f"{variable}={without_password(given[variable])!r}: {error}")
        if any(value != next(iter(values.values())) for value in values.values()):
            name, earlier = values
            wrong.append(
                f"{name}={given[name]!r} and {earlier}={given[earlier]!r} are one setting, by its"
                f" name and an earlier one: unset {earlier}"
            )
        if values:
            read[setting.name] = next(iter(values.values()))
    if wrong:
        raise InvalidInput("; ".join(wrong))
    settings = Settings(**read)
    if settings.publish_to and settings.replica_of:
        raise InvalidInput(
            f"{PREFIX}PUBLISH_TO and {PREFIX}REPLICA_OF are both set: a host publishes its index,"
            " or takes it from another one"
        )
    if settings.index != LOCAL and settings.replica_of:
        raise InvalidInput(
            f"{PREFIX}INDEX and {PREFIX}REPLICA_OF are both set: a host asks a server, or takes its"
            " index from another host"
        )
    check_co_likes(settings, settings.viewer_co_likes)
    return settings


def check_co_likes(settings: Settings, co_likes: float | None) -> None:
    """Check that the index of some settings knows what viewers like together, if it is to count.

    Raises:
        InvalidInput: when it does not.
    """
    if settings.index != LOCAL and co_likes:
        raise InvalidInput(
            f"co_likes={co_likes:g} needs {PREFIX}INDEX={LOCAL} ({PREFIX}VIEWER_CO_LIKES=0 does"
            " without): what viewers like together is not known to an index in Milvus"
        )


def variables_of(setting: str) -> tuple[str, ...]:
    """Return the variables that a setting is read from, the one of now first."""
    names = (setting, *([EARLIER_NAMES[setting]] if setting in EARLIER_NAMES else []))
    return tuple(PREFIX + name.upper() for name in names)


_NAMES_OF: Final = {
    variable: names
    for one in fields(Settings)
    if one.name != "home"
    for names in [variables_of(one.name)]
    for variable in names
}
"""Variables -> all names of the setting; the home cannot be stored in itself."""
