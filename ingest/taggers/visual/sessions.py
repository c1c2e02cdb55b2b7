"""Weights made ready to run, on one thread: videos run side by side, not a video's layers."""

from pathlib import Path

from engine.errors import CorruptData
from models.cards import Card, UnusableWeights, verify
from models.onnx_runtime import onnxruntime

_ERRORS_ONLY = 3


def check_weights(card: Card) -> Path:
    """Return where a model's weights lie.

    Raises:
        CorruptData: the weights are missing or differ from the card.
    """
    try:
        return verify(card)
    except UnusableWeights as error:
        raise CorruptData(str(error)) from error


def open_session(card: Card) -> onnxruntime.InferenceSession:
    """Check a model's weights and make them ready.

    Raises:
        CorruptData: the weights are missing or differ from the card.
    """
    return session_of(check_weights(card))


def session_of(path: Path) -> onnxruntime.InferenceSession:
    """Make the weights of a file ready; whatever onnxruntime says of a bad one is passed on."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
