"""The commands of the first pages work as they stand there."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from support.footage import bikes
from support.product import reelmatch

ROOT = Path(__file__).parent.parent.parent

# These come to no end by themselves, ask other machines, or need viewers: other journeys run them.
NOT_HERE = re.compile(r"reelmatch (serve|evaluate|ingest https?://)")


def commands(page: str) -> list[str]:
    """Return the commands of a page, in order, without their remarks."""
    lines = re.findall(r"^ {4}(reelmatch .+)$", (ROOT / page).read_text(), re.M)
    return [line.split(" #")[0].strip() for line in lines if not NOT_HERE.match(line)]


def example_campaign() -> str:
    """Return the campaign that the documentation shows."""
    match = re.search(r"```json\n(.+?)```", (ROOT / "docs" / "campaigns.md").read_text(), re.S)
    assert match is not None
    return match[1]


@pytest.mark.parametrize(
    "page", ["README.md", pytest.param("docs/quick-start.md", marks=pytest.mark.slow)]
)
def test_what_a_page_says_to_type_works(page: str, tmp_path: Path) -> None:
    folder = tmp_path / "Videos"
    folder.mkdir()
    shutil.copy(bikes(), folder / "holiday.mp4")
    (tmp_path / "spring.json").write_text(example_campaign())
    typed = commands(page)
    assert len(typed) > 5
    for line in typed:
        here = line.replace("~/Videos", str(folder)).replace(
            "spring.json", f"{tmp_path}/spring.json"
        )
        words = shlex.split(here)
        done = reelmatch(tmp_path / "home", *words[1:])
        assert done.code == 0, (line, done.err)
        assert "Traceback" not in done.err


@pytest.mark.parametrize("page", ["README.md", "docs/quick-start.md", "CONTRIBUTING.md"])
def test_a_page_says_to_type_only_what_is_there(page: str) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M)
    typed = re.findall(r"^ {4}(\S.*?)(?: +#.*)?$", (ROOT / page).read_text(), re.M)
    makes = [line for line in typed if line.startswith("make ")]
    assert typed
    assert {line.split()[1] for line in makes} <= set(targets)
    # Nothing stands in the place of what a stranger cannot know.
    assert all(line.split()[0] in ("make", "pip", "reelmatch", "curl") for line in typed), typed


@pytest.mark.slow
def test_the_campaign_of_the_documentation_runs_today(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copy(bikes(), tmp_path / "holiday.mp4")
    (tmp_path / "spring.json").write_text(example_campaign())
    for line in ("ingest holiday.mp4", "reindex"):
        assert reelmatch(home, *line.split(), folder=tmp_path).code == 0
    typed = commands("docs/campaigns.md")
    assert "reelmatch campaigns for holiday.mp4" in typed
    for line in typed:
        done = reelmatch(home, *shlex.split(line)[1:], folder=tmp_path)
        assert done.code == 0, (line, done.err)
        assert "does not run" not in done.err, line
        assert "no campaign fits" not in done.err, line
        assert "broken" not in done.out, line
