"""Settings to be compared with the present ones."""

from collections.abc import Sequence

from api.setting_changes import changed, changes_of, settings_of_lists
from api.settings import Settings
from engine.batch.evaluation.evaluation import MAX_COMPARED, PRESENT, Candidate
from engine.errors import InvalidInput


def candidates_of(settings: Settings, compared: Sequence[str]) -> list[Candidate]:
    """Return the present settings and those to be compared with them.

    Args:
        settings: the present ones.
        compared: ``NAME=VALUE``, several by comma; names in lower case, ``viewer_`` may be left
            out.

    Raises:
        InvalidInput: naming what is no setting, or no value of one, with the choices; or there are
            too many, or two are the same.
    """
    if len(compared) > MAX_COMPARED:
        raise InvalidInput(
            f"{len(compared)} settings to compare are too many: name up to {MAX_COMPARED}"
        )
    candidates = [Candidate(PRESENT, {}, settings.index_config(), settings.profile_rules)]
    for text in compared:
        changes = changes_of(text, settings_of_lists())
        other = changed(settings, changes)
        candidate = Candidate(text, changes, other.index_config(), other.profile_rules)
        # By their values: 1 and 1.0 are one.
        if any(
            (candidate.config, candidate.rules) == (one.config, one.rules) for one in candidates[1:]
        ):
            raise InvalidInput(f"{text[:80]!r} is compared twice: name it once")
        candidates.append(candidate)
    return candidates
