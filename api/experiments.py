"""The experiment of an installation: ``NAME:ARM;ARM=SETTING=VALUE,SETTING=VALUE``."""

import re
from collections.abc import Mapping
from typing import Final

from api.setting_changes import changed, changes_of, settings_of_viewers
from api.settings import Settings, check_co_likes
from engine.errors import InvalidInput
from engine.search.experiments import Arm, Experiment

MAX_ARMS: Final = 5
"""The more arms there are, the fewer viewers each has."""

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")


def experiment_of(settings: Settings) -> Experiment | None:
    """Return the experiment that is on; None without one.

    Raises:
        InvalidInput: saying what of it cannot be.
    """
    text = settings.experiment
    if not text:
        return None
    name, _, arms_text = text.partition(":")
    arms = [_arm(part.strip(), settings) for part in arms_text.split(";") if part.strip()]
    if not _NAME.fullmatch(name.strip()) or not 2 <= len(arms) <= MAX_ARMS:
        raise InvalidInput(
            f"{text[:80]!r} is no experiment: write its name and 2 to {MAX_ARMS} arms, as"
            " mix:control;variant=co_likes=0.3"
        )
    if len({arm.name for arm in arms}) < len(arms):
        raise InvalidInput(f"{text[:80]!r} has two arms of one name: give each its own")
    if len({arm.rules for arm in arms}) < len(arms):
        raise InvalidInput(f"{text[:80]!r} has two arms of the same settings: change one of them")
    return Experiment(name.strip(), tuple(arms))


def check_stored(settings: Settings, changes: Mapping[str, str]) -> None:
    """Check that settings with some changed can be stored beside the experiment.

    Raises:
        InvalidInput: when the experiment could not be on with them, or the index lacks what they
            need, so that nothing would start.
    """
    after = changed(settings, changes)
    check_co_likes(after, after.viewer_co_likes)
    try:
        experiment_of(after)
    except InvalidInput as error:
        text = ",".join(f"{name}={value}" for name, value in changes.items())
        raise InvalidInput(f"{text} cannot be stored while the experiment is on: {error}") from None


def _arm(text: str, settings: Settings) -> Arm:
    name, equals, changes_text = text.partition("=")
    if not _NAME.fullmatch(name.strip()):
        raise InvalidInput(
            f"{name[:80]!r} is no name of an arm: it is 1 to 40 of A-Z, a-z, 0-9, '_', '.' and '-'"
        )
    changes = changes_of(changes_text, settings_of_viewers()) if equals else {}
    rules = changed(settings, changes).profile_rules
    check_co_likes(settings, rules.co_likes)
    return Arm(name.strip(), changes, rules)
