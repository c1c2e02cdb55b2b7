"""Settings that rank a list, as they are kept with it: where they differ from the defaults."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final

from api.settings import Settings
from engine.domain.matching.index_config import IndexConfig, with_default_weights
from engine.domain.matching.source_weights import AS_INDEXED, SourceWeights
from engine.search.profiles import ProfileRules

_OF_INDEX: Final = ("threshold", "tf", "seconds", "least_seconds", "slope", "min_df")


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """Options of a request that rank its list.

    Attributes:
        sources: factors of the weights of tags.
        variety: number of videos of one series; None for that of the rules, or where none counts.
        min_relevance: least share of the best score; None where none counts.
    """

    sources: SourceWeights = AS_INDEXED
    variety: int | None = None
    min_relevance: float | None = None


AS_SET: Final = RequestOptions()
"""Nothing but the settings."""


@lru_cache(maxsize=64)
def settings_text(
    config: IndexConfig,
    rules: ProfileRules | None,
    learned_mix: float,
    options: RequestOptions = AS_SET,
) -> str:
    """Return the settings that rank a list, where they differ from the defaults.

    Args:
        config: of the index.
        rules: of the profile; None where there is none.
        learned_mix: share of co-watching that a reindex learned; 0 where it does not count.
        options: of the request; its own sources are told as ``asked_sources``.
    """
    usual = Settings()
    default, usual_rules = usual.index_config(), usual.profile_rules
    parts = [(name, getattr(config, name), getattr(default, name)) for name in _OF_INDEX]
    parts.append(("sources", _own_sources(config), ""))
    of_rules = () if rules is None else fields(rules)
    parts += [
        (f"viewer_{one.name}", getattr(rules, one.name), getattr(usual_rules, one.name))
        for one in of_rules
        if one.name != "variety"
    ]
    parts.append(("learned_mix", learned_mix, 0.0))
    variety = rules.variety if options.variety is None and rules is not None else options.variety
    parts += [
        (name, value, getattr(usual, name))
        for name, value in (("variety", variety), ("min_relevance", options.min_relevance))
        if value is not None
    ]
    weights = ";".join(f"{source}={factor:g}" for source, factor in options.sources.factors)
    parts.append(("asked_sources", weights, ""))
    return _told(parts)


def _told(parts: Iterable[tuple[str, object, object]]) -> str:
    return ",".join(f"{name}={_written(value)}" for name, value, other in parts if value != other)


def _own_sources(config: IndexConfig) -> str:
    usual = with_default_weights((), config.threshold)
    return ";".join(
        f"{one.source}={one.threshold:g}:{one.weight:g}"
        for one in config.sources
        if one not in usual
    )


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
