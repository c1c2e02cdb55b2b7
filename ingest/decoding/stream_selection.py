"""Choice of the stream of pictures that is the video of a file, out of several."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Final

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

# A cover, small pictures for a timeline, a tile or a layer of another: nothing by itself.
_BESIDE: Final = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.dependent
_STILL: Final = Disposition.still_image
# So many packets of all streams are looked at to tell which of them move.
_PACKETS_AHEAD: Final = 2000
_MOVES_FROM: Final = 2


def choose_video(
    container: InputContainer,
    reopen: Callable[[], AbstractContextManager[InputContainer]],
    max_pixels: int,
) -> VideoStream | None:
    """Return the stream of pictures to watch; None if there is none.

    Of several, those that can be decoded go before those that cannot, those that move before
    stills, the one that the file calls its default before others, and the first before later ones.

    Args:
        container: of the file.
        reopen: opens it again to look ahead, which is taken only where there are several.
        max_pixels: larger frames cannot be decoded.
    """
    streams = [s for s in container.streams.video if not s.disposition & _BESIDE]
    if len(streams) < 2:
        return streams[0] if streams else None
    counts = _packets_ahead(streams, reopen)

    def rank(stream: VideoStream) -> tuple[bool, bool, bool, int]:
        can_be_decoded = (
            stream.codec_context is not None and stream.width * stream.height <= max_pixels
        )
        moves = counts[stream.index] >= _MOVES_FROM and not stream.disposition & _STILL
        is_default = bool(stream.disposition & Disposition.default)
        return can_be_decoded, moves, is_default, -stream.index

    return max(streams, key=rank)


def _packets_ahead(
    streams: Sequence[VideoStream], reopen: Callable[[], AbstractContextManager[InputContainer]]
) -> Counter[int]:
    """Count the pictures of each stream as far as they tell which move, by index."""
    counts = Counter({stream.index: stream.frames for stream in streams})
    unknown = {stream.index for stream in streams if not stream.frames}
    if not unknown:
        return counts
    try:
        with reopen() as ahead:
            for packet in islice(ahead.demux(), _PACKETS_AHEAD):
                if packet.stream.index in unknown and packet.size:
                    counts[packet.stream.index] += 1
                    if all(counts[index] >= _MOVES_FROM for index in unknown):
                        break
    except av.FFmpegError:
        pass  # what came until then tells
    return counts
