"""Requests and responses of Clarifai's REST API (v2): JSON in and out, nothing is sent here.

Facts are from docs.clarifai.com (video prediction, status codes) and the protocol buffers of
Clarifai/clarifai-python-grpc. A video is sampled once every ``sample_ms``; each frame's
``frame_info.time`` is the middle of its sample (500, 1500 ...), in some versions its start (0,
1000 ...); zeros are left out. Dividing and rounding down is right for both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.domain.text import cleaned_line
from engine.domain.tracks import MIN_CONFIDENCE
from engine.errors import InvalidInput
from ingest.taggers.remote.whole_video import RemoteTaggerFailed
from ingest.taggers.tag_names import tidy_tag
from ingest.taggers.tag_ranges import TagRange

SAMPLE_MS: Final = 1000
"""One look a second."""

_SUCCESS: Final = 10000
_MIXED_STATUS: Final = 10010
_BAD_KEY: Final = (11001, 11002, 11007, 11008, 11009)
_CANNOT_FETCH: Final = (30002, 30106, 31002, 31106)
_OVER_LIMIT: Final = 31105
_NO_MODEL: Final = (21200, 21201)
# Busy, throttled, still loading, lost on the way: the same question may be answered later.
_PASSING: Final = (10030, 11005, 21354, 21355, 40030, 40031, 40032)
_INTERNAL: Final = range(98000, 99000)
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """Status of an answer, or of one output of it.

    Attributes:
        code: of Clarifai; 0 where an answer gave none.
        message: the description, printable and short.
    """

    code: int
    message: str

    @property
    def is_success(self) -> bool:
        """Whether all went well."""
        return self.code == _SUCCESS

    @property
    def may_pass(self) -> bool:
        """Whether the same question may be answered later."""
        return self.code in _PASSING or self.code in _INTERNAL

    def way_out(self) -> str:
        """Return what to do about it; empty where nothing is known."""
        if self.code in _BAD_KEY:
            return "check the key in REELMATCH_CLARIFAI_KEY and what it may be used for"
        if self.code in _NO_MODEL:
            return "check the model's name and whose it is"
        if self.code in _CANNOT_FETCH:
            return "check that the address of the hosted copy can be reached from outside"
        if self.code == _OVER_LIMIT:
            return "lower the limits, so that the video is cut into shorter parts"
        return ""


class AnswerUnreadable(RemoteTaggerFailed):
    """An answer that is not what the API says it is."""


def question(video: dict[str, str], *, max_concepts: int) -> dict[str, Any]:
    """Return the body of a request.

    Args:
        video: ``{"url": ...}`` or ``{"base64": ...}``.
        max_concepts: of each frame.
    """
    config = {
        "sample_ms": SAMPLE_MS,
        "max_concepts": max_concepts,
        "min_value": MIN_CONFIDENCE,
    }
    return {
        "inputs": [{"data": {"video": video}}],
        "model": {"output_info": {"output_config": config}},
    }


def status_of(answer: Any) -> ModelStatus:
    """Return how the one video of an answer went.

    Raises:
        AnswerUnreadable: the answer holds no status.
    """
    whole = _status(answer)
    outputs = answer.get("outputs")
    if whole.code not in (_SUCCESS, _MIXED_STATUS) or not outputs:
        if whole.is_success or whole.code == _MIXED_STATUS:
            raise AnswerUnreadable("Clarifai answered without any output")
        return whole
    if not isinstance(outputs, list) or len(outputs) != 1:
        raise AnswerUnreadable("Clarifai answered with other outputs than the one asked for")
    return _status(outputs[0])


def tag_ranges_of(answer: Any, *, start: int) -> Iterator[TagRange]:
    """Yield what is seen on the frames of a successful answer; see ``n_seconds_of``.

    Args:
        answer: as parsed from JSON.
        start: the second of the whole video at which the one sent begins.

    Raises:
        AnswerUnreadable: a field is not what the API says it is.
    """
    for second, frame in _frames(answer):
        for concept in _items(_object(frame.get("data")), "concepts"):
            fields = _object(concept)
            confidence = _number(fields.get("value", 0.0), "value")
            if confidence > 1.0:
                raise AnswerUnreadable(f"Clarifai answered with a confidence of {confidence}")
            at = start + second
            yield TagRange(_tag(fields.get("name")), at, at + 1, confidence)


def n_seconds_of(answer: Any) -> int:
    """Return how many seconds of the video sent were looked at.

    Raises:
        AnswerUnreadable: as ``tag_ranges_of``.
    """
    return max((second + 1 for second, _ in _frames(answer)), default=0)


def _frames(answer: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    data = _object(_object(_items(_object(answer), "outputs")[0]).get("data"))
    for item in _items(data, "frames"):
        frame = _object(item)
        info = _object(frame.get("frame_info"))
        if info.get("time") is None:
            second = _number(info.get("index") or 0, "index")
        else:
            second = _number(info["time"], "time") / SAMPLE_MS
        yield int(second), frame


def _status(answer: Any) -> ModelStatus:
    status = answer.get("status") if isinstance(answer, dict) else None
    if not isinstance(status, dict) or not isinstance(status.get("code"), int):
        raise AnswerUnreadable("Clarifai answered without a status")
    texts = [status.get(key) for key in ("description", "details")]
    text = ": ".join(part for part in texts if isinstance(part, str) and part)
    return ModelStatus(status["code"], cleaned_line(text, " ")[:_SHOWN])


def _object(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise AnswerUnreadable("Clarifai answered with something else where an object belongs")
    return value


def _items(answer: dict[str, Any], key: str) -> Sequence[Any]:
    value = answer.get(key)
    if value is None:
        return []
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise AnswerUnreadable(f"Clarifai answered without a list of {key}")
    return value


def _number(value: Any, name: str) -> float:
    # Not a number compares false with everything.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise AnswerUnreadable(f"Clarifai answered with a {name} that is no number of use")
    return float(value)


def _tag(name: Any) -> str:
    if not isinstance(name, str):
        raise AnswerUnreadable("Clarifai answered with a concept without a name")
    try:
        return tidy_tag(name)
    except InvalidInput as error:
        message = f"Clarifai answered with a name that cannot be used: {error}"
        raise AnswerUnreadable(message) from error
