"""The setting of an experiment, and what is wrong with those that are none."""

from pathlib import Path

import pytest

from api.background.live import Live
from api.experiments import check_stored, experiment_of
from api.settings import Settings
from engine.errors import InvalidInput


def test_arms_change_settings_of_viewers() -> None:
    settings = Settings(
        experiment="mix: control ; variant=co_likes=0.4, viewer_power=1", viewer_watched=0.7
    )
    experiment = experiment_of(settings)
    assert experiment is not None
    assert experiment.control == ("mix", "control")
    control, variant = experiment.arms
    assert control.rules == settings.profile_rules
    assert variant.settings == {"viewer_co_likes": "0.4", "viewer_power": "1"}
    assert (variant.rules.co_likes, variant.rules.power, variant.rules.watched) == (0.4, 1.0, 0.7)
    assert experiment_of(Settings()) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mix", "write its name and 2 to 5 arms"),
        ("mix:a", "write its name and 2 to 5 arms"),
        (":a;b=power=1", "write its name and 2 to 5 arms"),
        ("a b:a;b=power=1", "write its name and 2 to 5 arms"),
        ("mix:a;a=power=1", "two arms of one name"),
        ("mix:a;b", "two arms of the same settings"),
        ("mix:a;b=tf=sqrt", "no setting that can be changed here"),
        ("mix:a;b=power=9", "viewer_power"),
        ("mix:a;b c=power=1", "no name of an arm"),
    ],
)
def test_what_is_no_experiment_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        Live.open(Settings(home=tmp_path, experiment=text))


def test_settings_that_would_make_two_arms_the_same_are_not_stored() -> None:
    settings = Settings(experiment="mix:control;variant=co_likes=0.4")
    with pytest.raises(InvalidInput, match=r"viewer_co_likes=0\.4 cannot be stored while"):
        check_stored(settings, {"viewer_co_likes": "0.4"})
    check_stored(settings, {"viewer_co_likes": "0.3", "tf": "log"})
    check_stored(Settings(), {"viewer_co_likes": "0.4"})
