"""A pair is fetched when somebody asks, from where its table says, and only as it is pinned."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.taggers.onnx.folder import NEEDED, PairFolder
from ingest.taggers.onnx.model_hub import (
    PAIRS,
    ModelFile,
    ModelPair,
    PullFailed,
    missing_files,
    pull,
)
from support.pairs import write_pair
from support.webserver import Answer, Site, serving

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = write_pair(tmp_path_factory.mktemp("hub") / "pair")
    return {name: (folder / name).read_bytes() for name in NEEDED}


@pytest.fixture
def pulled_pair(contents: dict[str, bytes]) -> ModelPair:
    files = [
        ModelFile(name, f"onnx/{name}", len(content), hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    ]
    return ModelPair("someone/tiny", REVISION, "MIT", "a tiny pair", tuple(files))


@pytest.fixture
def hub(contents: dict[str, bytes]) -> Iterator[Site]:
    with serving() as site:
        for name, content in contents.items():
            site.answers[path_of(name)] = Answer(content, kind="application/octet-stream")
        yield site


def path_of(name: str) -> str:
    return f"/someone/tiny/resolve/{REVISION}/onnx/{name}"


def fetch(pair: ModelPair, folder: Path, hub: Site, *, allowed: bool = True) -> list[str]:
    networks = (hub.network,) if allowed else ()
    return pull(pair, folder, hub=hub.address(""), allowed_networks=networks)


def test_what_is_missing_is_fetched_and_what_is_right_is_not_fetched_again(
    pulled_pair: ModelPair, hub: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "models" / "tiny"
    n_bytes: list[int] = []
    came = pull(
        pulled_pair,
        folder,
        hub=hub.address(""),
        allowed_networks=(hub.network,),
        on_bytes=n_bytes.append,
    )
    assert came == list(NEEDED)
    assert PairFolder.of(folder).path == folder
    assert 0 < sum(n_bytes) <= pulled_pair.size
    hub.requests.clear()
    assert fetch(pulled_pair, folder, hub) == []
    assert hub.requests == []
    (folder / "text.onnx").write_bytes(b"damaged")
    assert fetch(pulled_pair, folder, hub) == ["text.onnx"]
    assert hub.requests == [path_of("text.onnx")]
    assert {path.name for path in folder.iterdir()} == set(NEEDED)


def test_a_redirect_to_another_host_of_the_hub_is_followed(
    pulled_pair: ModelPair, hub: Site, contents: dict[str, bytes], tmp_path: Path
) -> None:
    hub.answers["/cdn/1"] = Answer(contents["image.onnx"])
    hub.answers[path_of("image.onnx")] = Answer(status=302, headers={"Location": "/cdn/1"})
    assert fetch(pulled_pair, tmp_path / "tiny", hub) == list(NEEDED)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(b"another file"), "is not the file that is pinned: 12 bytes"),
        (Answer(b"x" * 10_000_000), "is not the file that is pinned: more than"),
        (Answer(pieces=lambda: iter(lambda: b"x" * 65536, b"")), "pinned: more than"),
        (Answer(b"gone", status=404), "answered HTTP 404"),
        (Answer(status=302, headers={"Location": "http://example.com/x"}), "only https is"),
        (Answer(status=302, headers={"Location": "file:///etc/passwd"}), "only https is"),
        (Answer(status=302, headers={"Location": "https://127.0.0.1:9/"}), "where it must not"),
        (Answer(b"x" * 500, cut_after=100), "cannot be reached"),
    ],
)
def test_what_is_not_pinned_or_leads_elsewhere_is_refused_and_nothing_of_it_kept(
    pulled_pair: ModelPair, hub: Site, tmp_path: Path, answer: Answer, message: str
) -> None:
    hub.answers[path_of("image.onnx")] = answer
    with pytest.raises(PullFailed, match=message):
        fetch(pulled_pair, tmp_path / "tiny", hub)
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_in_circles_ends(pulled_pair: ModelPair, hub: Site, tmp_path: Path) -> None:
    path = path_of("image.onnx")
    hub.answers[path] = Answer(status=302, headers={"Location": path})
    with pytest.raises(PullFailed, match="redirects for ever"):
        fetch(pulled_pair, tmp_path / "tiny", hub)


def test_a_hub_on_this_machine_must_be_allowed(
    pulled_pair: ModelPair, hub: Site, tmp_path: Path
) -> None:
    with pytest.raises(PullFailed, match="only https is"):
        fetch(pulled_pair, tmp_path / "tiny", hub, allowed=False)
    assert hub.connections == []


def test_the_table_pins_commits_sizes_and_sums_of_whole_pairs(tmp_path: Path) -> None:
    for pair in PAIRS.values():
        assert re.fullmatch(r"[0-9a-f]{40}", pair.revision)
        assert pair.licence in ("MIT", "Apache-2.0")
        assert {file.name for file in pair.files} >= set(NEEDED)
        for file in pair.files:
            assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
            assert 0 < file.size < 1 << 30
            address = pair.address(file, "https://hub.example/")
            assert address == (
                f"https://hub.example/{pair.repository}/resolve/{pair.revision}/{file.path}"
            )
        assert missing_files(pair, tmp_path) == list(pair.files)
