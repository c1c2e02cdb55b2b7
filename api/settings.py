"""Every setting, in one place: environment variables that begin with ``REELMATCH_``."""

import os
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.domain import DEFAULT_THRESHOLD
from engine.errors import InvalidInput
from engine.recipe import SecondsName
from engine.weighting import TfName


def _default_home() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "reelmatch"


class Settings(BaseSettings):
    """What an operator can set."""

    model_config = SettingsConfigDict(env_prefix="REELMATCH_", use_attribute_docstrings=True)

    home: Path = Field(default_factory=_default_home)
    """Where everything is kept; another folder is another catalogue."""
    threshold: float = Field(default=DEFAULT_THRESHOLD, ge=0.0, le=1.0)
    """Least confidence that counts, 0.0 to 1.0."""
    tf: TfName = "raw"
    """What a reindex takes for term frequency: raw seconds, or their square root or logarithm."""
    seconds: SecondsName = "raw"
    """What a reindex counts: all seconds of a tag, or `effective` ones: a still counts once."""
    host: str = "127.0.0.1"
    """The address that `reelmatch serve` listens on."""
    port: int = Field(default=8000, ge=0, le=65_535)
    """The port that `reelmatch serve` listens on; 0 takes a free one."""

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
            f"REELMATCH_{'_'.join(map(str, item['loc'])).upper()}={item['input']!r}: {item['msg']}"
            for item in error.errors()
        )
        raise InvalidInput(wrong) from error
