"""The picture of a HEIC or AVIF file, put together from its tiles and what lies beside it."""

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from ingest.decoding.decode_gaps import DecodeGaps
from ingest.decoding.heif import UNSPECIFIED, Still
from ingest.decoding.probe import DECODER_OPTIONS
from ingest.decoding.sampling import Clock

_DEEP_BITS = 8


class Mosaic:
    """One frame of many tiles, given as ``decoder.ForwardPass`` gives those of a video.

    Attributes:
        gaps: an error for each tile that cannot be decoded; its place stays grey.
        n_frames: 1 once it was put together of at least one tile.
        untimed: False; a picture needs no time.
        has_leapt: False.
        is_encrypted: False.
    """

    untimed = False
    has_leapt = False
    is_encrypted = False

    def __init__(self, container: InputContainer, still: Still) -> None:
        self._container = container
        self._still = still
        self.gaps = DecodeGaps(container, Clock(1, None, 4), None, 1, 4)
        self.n_frames = 0

    @property
    def stream(self) -> VideoStream | None:
        """The stream of a tile; None if there is none."""
        ids = set(self._still.tiles)
        return next((s for s in self._container.streams.video if s.id in ids), None)

    def frames(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Yield (0, the picture), or nothing if no tile can be decoded."""
        parts = [self._still] if self._still.opacity is None else [self._still, self._still.opacity]
        canvases = [_Canvas(part) for part in parts]
        n_decoded = 0
        for item, tile in self._tiles({item for part in parts for item in part.tiles}):
            n_decoded += 1
            for canvas in canvases:
                canvas.lay(item, tile)
        n_tiles = sum(len(set(part.tiles)) for part in parts)
        for _ in range(n_tiles - n_decoded):
            self.gaps.note_error()
        if canvases[0].colours is not None:
            self.n_frames = 1
            yield Fraction(0), _whole(canvases)

    def _tiles(self, ids: Collection[int]) -> Iterator[tuple[int, VideoFrame]]:
        """Yield (item, frame) of every tile that can be decoded."""
        contexts: dict[bytes, Any] = {}
        try:
            for packet in self._container.demux():
                if packet.stream.id not in ids or not packet.size:
                    continue
                # Tiles of the same extradata go through one decoder.
                extradata = packet.stream.codec_context.extradata or b""
                if extradata not in contexts:
                    contexts[extradata] = _decoder_of(packet.stream)
                frame = _decoded(contexts[extradata], packet)
                if frame is not None:
                    yield packet.stream.id, frame
        except av.FFmpegError:
            return  # what is missing is counted


class _Canvas:
    """A picture that tiles are laid on.

    Attributes:
        colours: red, green and blue, shape (height, width, 3); None before the first tile. Where no
            tile lies it is grey.
        sample: the first tile.
    """

    def __init__(self, still: Still) -> None:
        self._still = still
        self.colours: NDArray[Any] | None = None
        self.sample: VideoFrame | None = None

    def lay(self, item: int, tile: VideoFrame) -> None:
        """Lay a tile where it belongs; nowhere if it is not of this picture."""
        cells = [cell for cell, one in enumerate(self._still.tiles) if one == item]
        if not cells:
            return
        _tell_colours(tile, self._still.colours)
        colours = _colours(tile)
        height, width = colours.shape[:2]
        if self.colours is None:
            self.sample = tile
            shape = (self._still.height or height, self._still.width or width, 3)
            self.colours = np.full(shape, np.iinfo(colours.dtype).max // 2 + 1, colours.dtype)
        for cell in cells:
            row, column = divmod(cell, self._still.columns)
            room = self.colours[row * height :, column * width :][:height, :width]
            room[:] = colours[: room.shape[0], : room.shape[1]]

    def turned(self) -> NDArray[Any]:
        """Return the colours as they are to be seen."""
        assert self.colours is not None  # noqa: S101 - asked once a tile lies on it
        turned = np.rot90(self.colours, self._still.quarter_turns)
        if self._still.mirrored == "rows":
            turned = turned[::-1]
        elif self._still.mirrored == "columns":
            turned = turned[:, ::-1]
        return np.ascontiguousarray(turned)


def _decoder_of(stream: Any) -> Any:
    stream.thread_type = "NONE"
    stream.codec_context.options = DECODER_OPTIONS
    return stream.codec_context


def _decoded(context: Any, packet: Any) -> VideoFrame | None:
    try:
        frames = [*context.decode(packet), *context.decode(None)]
    except av.FFmpegError:
        return None
    finally:
        context.flush_buffers()
    return frames[0] if frames else None


def _tell_colours(tile: VideoFrame, colours: tuple[int, int, int]) -> None:
    """Have a tile that says nothing of its colours say what the whole says."""
    primaries, transfer, matrix = colours
    if tile.color_primaries == UNSPECIFIED:
        tile.color_primaries = primaries
    if tile.color_trc == UNSPECIFIED:
        tile.color_trc = transfer
    if tile.colorspace == UNSPECIFIED:
        tile.colorspace = matrix


def _colours(tile: VideoFrame) -> NDArray[Any]:
    """Return red, green and blue, shape (height, width, 3), as deep as they are coded."""
    is_deep = max(part.bits for part in tile.format.components) > _DEEP_BITS
    return tile.reformat(format="rgb48le" if is_deep else "rgb24", threads=1).to_ndarray()


def _whole(canvases: Sequence[_Canvas]) -> VideoFrame:
    """Return the picture; the second canvas, if there is one, says how far to see through it."""
    colours, sample = canvases[0].turned(), canvases[0].sample
    assert sample is not None  # noqa: S101 - there is one where there are colours
    is_deep = colours.dtype != np.uint8
    if len(canvases) > 1 and canvases[1].colours is not None:
        opacity = canvases[1].turned()[:, :, :1]
        if opacity.shape[:2] == colours.shape[:2]:
            shown = (colours >> 8 if is_deep else colours).astype(np.uint8)
            alpha = (opacity >> 8 if opacity.dtype != np.uint8 else opacity).astype(np.uint8)
            return VideoFrame.from_ndarray(np.concatenate([shown, alpha], axis=2), format="rgba")
    frame = VideoFrame.from_ndarray(colours, format="rgb48le" if is_deep else "rgb24")
    frame.color_trc, frame.color_primaries = sample.color_trc, sample.color_primaries
    return frame
