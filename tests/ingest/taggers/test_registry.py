"""Every tagger passes one suite: ours, a service, a pair, and one that another package brings."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import InvalidInput, ReelmatchError
from ingest.taggers.registry import TaggerContext, check_tagger, find_factory, make_tagger
from ingest.taggers.remote.clarifai.settings import KEY_VARIABLES, ClarifaiSettings
from ingest.taggers.remote.config import RemoteTaggerConfig
from ingest.taggers.remote.vlm.settings import VlmSettings
from support.clarifai_server import KEY, serving_clarifai
from support.conformance.tagger import AnyTaggerConformance, TaggerConformance
from support.pairs import calibrated_pair
from support.third_party import install_shades
from support.vlm_server import MODEL, Server, serving_vlm


@pytest.fixture(scope="class")
def environment() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


class TestLocal(TaggerConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def chosen(cls) -> str:
        return "local"

    @pytest.fixture(scope="class")
    @classmethod
    def given(cls) -> TaggerContext:
        return TaggerContext()


class TestLocalThatNamesPeople(TestLocal):
    @pytest.fixture(scope="class")
    @classmethod
    def given(cls) -> TaggerContext:
        return TaggerContext(people=True)


class TestOnnx(TaggerConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def chosen(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        return f"onnx:{calibrated_pair(tmp_path_factory.mktemp('pairs'))}"

    @pytest.fixture(scope="class")
    @classmethod
    def given(cls) -> TaggerContext:
        return TaggerContext()


class TestClarifai(AnyTaggerConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def chosen(cls) -> str:
        return "clarifai"

    @pytest.fixture(scope="class")
    @classmethod
    def given(cls, environment: pytest.MonkeyPatch) -> Iterator[TaggerContext]:
        environment.setenv(KEY_VARIABLES[0], KEY)
        with serving_clarifai() as server:
            yield TaggerContext(
                remote=RemoteTaggerConfig(ClarifaiSettings(base_url=server.base_url))
            )


class TestVlm(TaggerConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def chosen(cls, server: Server) -> str:
        return f"vlm:{server.base_url}#{MODEL}"

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls) -> Iterator[Server]:
        with serving_vlm() as server:
            yield server

    @pytest.fixture(scope="class")
    @classmethod
    def given(cls, server: Server) -> TaggerContext:
        return TaggerContext(
            remote=RemoteTaggerConfig(vlm=VlmSettings(allowed_networks=(server.base_address,)))
        )


class TestThirdParty(TaggerConformance):
    @pytest.fixture(scope="class")
    @classmethod
    def chosen(
        cls, environment: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
    ) -> str:
        folder = tmp_path_factory.mktemp("site")
        install_shades(folder)
        environment.syspath_prepend(folder)
        return "shades:dark"

    @pytest.fixture(scope="class")
    @classmethod
    def given(cls) -> TaggerContext:
        return TaggerContext()

    def test_it_says_itself_what_it_needs(self, chosen: str, given: TaggerContext) -> None:
        assert chosen == "shades:dark"
        with pytest.raises(InvalidInput, match="dark or light"):
            check_tagger("shades:purple", given)


def test_a_tagger_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(
        InvalidInput, match=r"no tagger 'claryfi': choose from clarifai.* local.* onnx"
    ):
        find_factory("claryfi:x")


def test_a_tagger_that_two_packages_bring_is_not_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_shades(tmp_path / "one")
    install_shades(tmp_path / "two", package="other-shades")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "one"), str(tmp_path / "two")])
    with pytest.raises(InvalidInput, match="other-shades, shades; remove all but one"):
        find_factory("shades")


def test_a_tagger_that_cannot_be_imported_says_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_shades(tmp_path, module="")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "shades_for_reelmatch", raising=False)
    with pytest.raises(InvalidInput, match="the tagger 'shades' of shades cannot be loaded"):
        find_factory("shades")


@pytest.mark.parametrize("chosen", ["local:x", "clarifai:x"])
def test_taggers_without_an_argument_take_none(chosen: str) -> None:
    with pytest.raises(InvalidInput, match="takes no argument, not 'x'"):
        check_tagger(chosen, TaggerContext())


class TestPairsThatAreNotReady:
    """A pair never tags anything before it is known what its cosines are worth."""

    @pytest.fixture
    def pair(self, tmp_path: Path) -> Path:
        return calibrated_pair(tmp_path)

    @pytest.fixture
    def chosen(self, pair: Path) -> str:
        return f"onnx:{pair}"

    def refused(self, chosen: str, message: str) -> None:
        with pytest.raises(ReelmatchError, match=message):
            check_tagger(chosen, TaggerContext())

    def test_without_a_calibration(self, pair: Path, chosen: str) -> None:
        (pair / "calibration.npz").unlink()
        self.refused(chosen, "is not calibrated.*: calibrate it")
        with pytest.raises(ReelmatchError, match="is not calibrated"):
            make_tagger(chosen, TaggerContext())

    def test_with_other_words(self, pair: Path, chosen: str) -> None:
        (pair / "words.txt").write_text("red\ngreen\n")
        self.refused(chosen, r"words\.txt changed since the calibration")

    def test_with_other_weights_of_the_same_size(self, pair: Path, chosen: str) -> None:
        weights = bytearray((pair / "image.onnx").read_bytes())
        weights[-1] ^= 1
        (pair / "image.onnx").write_bytes(weights)
        self.refused(chosen, r"image\.onnx is not the file that .* was calibrated with")

    def test_with_weights_that_came_after_the_check(self, pair: Path, chosen: str) -> None:
        (pair / "preprocessor_config.json").write_text("{}")
        with pytest.raises(InvalidInput, match=r"preprocessor_config\.json is not the file"):
            make_tagger(chosen, TaggerContext())

    def test_another_calibration_is_another_version(self, pair: Path, chosen: str) -> None:
        before = make_tagger(chosen, TaggerContext())
        again = calibrated_pair(pair.parent / "again", n_pictures=120)
        after = make_tagger(f"onnx:{again}", TaggerContext())
        assert before.name == after.name == "onnx/pair"
        assert before.version != after.version
