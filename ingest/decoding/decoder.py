"""One forward pass over a video stream: frames with their times, and what was lost on the way."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Final, Literal, cast

import av
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ingest.decoding.clock_leaps import Joints
from ingest.decoding.decode_gaps import DecodeGaps
from ingest.decoding.packet_skipping import MAX_HELD_BACK, Fate, Stored, plan
from ingest.decoding.random_access import Role, role_reader
from ingest.decoding.sampling import Clock, midpoint_within
from ingest.decoding.sound import RATE, AudioSink, Sound, sound_stream
from ingest.sources.captions.embedded import EmbeddedCaptions

_ASSUMED_RATE: Final = Fraction(25)
# Beyond these a rate is a slip of the file: 1/90000, or 90000 frames a second.
_SLOWEST_RATE, _FASTEST_RATE = Fraction(1, 60), Fraction(1000)

_WITH_OPACITY: Final = {"vp8": "libvpx", "vp9": "libvpx-vp9"}

_Foreseen = tuple["Packet[VideoStream]", int | None]
"""A packet, and the pts of the frame shown after it."""


class ForwardPass:
    """Decodes a stream from its first packet to its last, leaving out what no second needs.

    A frame that no other frame is built on is decoded only if it is shown in the middle of a
    second: from nothing to two fifths of the work is saved, and the frame at k + 0.5 s is still
    the right one. Of a codec whose frames all stand alone, nothing else is decoded at all. Some
    decoders (VP9, AV1) take no notice and decode everything.

    Of every codec that has them, the packets between the frame in the middle of a second and the
    next one that decoding can begin with are not decoded, unless another middle comes before.

    Times are counted in ticks: so many to a second that all of them are whole.

    Attributes:
        gaps: the account of what could not be seen.
        n_frames: decoded so far.
        untimed: whether the file gave no time for some frame.
        has_leapt: whether its clock did.
        is_encrypted: whether it was stopped by what only those with a key can see.
        sound: what is decoded beside the pictures; None unless it is asked for and there.
        captions: what is decoded of a text stream; None where nobody reads.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        interval, unit = 1 / _frame_rate(stream), stream.time_base or Fraction(1, av.time_base)
        self._second = math.lcm(unit.denominator, interval.denominator, av.time_base)
        self._unit = int(unit * self._second)
        self._interval = int(interval * self._second)
        self._role_of = role_reader(stream)
        self._unwanted: Literal["ALL", "NONREF"] = "ALL" if stream.codec.intra_only else "NONREF"
        declared = _in_ticks(container.duration, self._second // av.time_base)
        self._clock = Clock(self._interval, declared, self._second)
        self._is_broken_off = False
        self.gaps = DecodeGaps(container, self._clock, declared, self._interval, self._second)
        self._joints = Joints(container, stream, interval, self._note_leap)
        self.n_frames = 0
        self.untimed = False
        self.has_leapt = False
        self.is_encrypted = False
        self.sound: Sound | None = None
        self.captions: EmbeddedCaptions | None = None
        self._decoder = _decoder_of(stream)

    def attach_audio(self, audio_sink: AudioSink, max_seconds: float) -> None:
        """Decode the sound, too, if there is any; to be called before the first frame is taken."""
        stream = sound_stream(self._container)
        if stream is not None:
            self.sound = Sound(stream, self._sample_counter(stream), audio_sink, max_seconds)

    def read(self, stream: SubtitleStream) -> None:
        """Decode a text stream, too; to be called before the first frame is taken."""
        self.captions = EmbeddedCaptions(stream, self._place)

    def _sample_counter(self, stream: AudioStream) -> Callable[[int], int | None]:
        """Return what tells at which sample after the first frame a time of the sound lies.

        In whole numbers: sound has many packets, and fractions would take longer than decoding.
        """
        unit = (stream.time_base or Fraction(1, av.time_base)) * self._second

        def place(time: int) -> int | None:
            at = self._clock.second_of(_nearest(time * unit.numerator, unit.denominator))
            return None if at is None else _nearest(at * RATE, self._second)

        return place

    def _place(self, time: Fraction) -> Fraction | None:
        """Return the time after the first frame of a time of the file, in seconds."""
        at = self._clock.second_of(round(time * self._second))
        return None if at is None else Fraction(at, self._second)

    def frames(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Yield (seconds after the first frame, frame); damage is counted and passed over."""
        packets = map(self._describe, _with_next_pts(self._packets()))
        for stored, fate in plan(packets, self._is_free, self._second):
            packet, next_pts = stored.packet
            end = self._end_of(packet)
            if packet.size:  # the last one only says that it is the last
                self.gaps.note_stored(end)
            if fate is Fate.BEGIN:
                yield from self._timed(self._held_back())
                self.gaps.note_beginning(stored.time)
            is_left_out = fate is Fate.LEAVE_OUT
            if not is_left_out:
                needed = self._is_needed(packet.pts, next_pts)
                self._decoder.skip_frame = "NONE" if needed else self._unwanted
                try:
                    decoded = self._decoder.decode(packet)
                except av.FFmpegError:
                    self.gaps.note_error()
                    continue
                yield from self._timed(decoded)
                is_left_out = not needed and self._unwanted == "ALL"
            if is_left_out:
                self.gaps.note_left_out(end)
            self.gaps.note_shown(end)
        if self._is_broken_off or self.is_encrypted:
            # A file that can be read to its end tells the decoder so.
            yield from self._timed(self._held_back())
        self.gaps.note_end()
        if self.sound is not None:
            self.sound.end()
        if self._is_broken_off:
            self.gaps.note_error()

    def _packets(self) -> Iterator["Packet[VideoStream]"]:
        try:
            for packet in self._container.demux():  # the other streams are read past anyway
                self._joints.mend(packet)
                self.gaps.note_read(packet)
                if packet.stream.index == self._stream.index:
                    if packet.has_sidedata("encryption_info"):
                        self.is_encrypted = True
                        return
                    yield cast("Packet[VideoStream]", packet)
                elif self.sound is not None and packet.stream.index == self.sound.index:
                    self.sound.read(packet)
                elif self.captions is not None and packet.stream.index == self.captions.index:
                    self.captions.read(packet)
        except av.FFmpegError:
            # Counted when what was read ahead has been decoded.
            self._is_broken_off = True

    def _note_leap(self) -> None:
        # What a file says of its length is then the difference between two clocks.
        self.has_leapt = True
        self._clock.clear_declared()
        self.gaps.clear_declared()

    def _describe(self, foreseen: _Foreseen) -> Stored[_Foreseen]:
        packet, _ = foreseen
        role = Role.PARAMETERS if self._role_of is None else self._role_of(memoryview(packet))
        # What sets the decoder up anew must reach it.
        if role is Role.PARAMETERS or packet.pts is None or packet.has_sidedata("new_extradata"):
            return Stored(foreseen, None, is_entry=False, size_bytes=packet.size)
        # Of a packet to be discarded the decoder gives no frame.
        is_entry = role is Role.RANDOM_ACCESS and packet.is_keyframe and not packet.is_discard
        return Stored(foreseen, packet.pts * self._unit, is_entry, packet.size)

    def _is_free(self, start: int, end: int) -> bool:
        # What is made of damaged frames depends on all those before.
        if self.gaps.n_errors or self._clock.stepped_back:
            return False
        since = self._clock.second_of(start)
        if since is None or not self._clock.follows(end):
            return False
        return not midpoint_within(since, end - start, self._second)

    def _is_needed(self, pts: int | None, next_pts: int | None) -> bool:
        since = self._clock.second_of(_in_ticks(pts, self._unit))
        if since is None or pts is None or next_pts is None or self._clock.stepped_back:
            return True
        return midpoint_within(since, (next_pts - pts) * self._unit, self._second)

    def _end_of(self, packet: "Packet[VideoStream]") -> int | None:
        """Return when the packet's frame stops being shown, in the file's time."""
        if packet.pts is None:
            return None
        # Where frames are reordered, a packet's duration is that of another frame.
        own = packet.duration if packet.pts == packet.dts else None
        return packet.pts * self._unit + (_in_ticks(own, self._unit) or self._interval)

    def _held_back(self) -> list[VideoFrame]:
        """Return the frames that the decoder has still to give, and make it forget all others."""
        try:
            return self._decoder.decode(None)
        except av.FFmpegError:
            self.gaps.note_error()
            return []
        finally:
            self._decoder.flush_buffers()

    def _timed(self, frames: Iterable[VideoFrame]) -> Iterator[tuple[Fraction, VideoFrame]]:
        return ((Fraction(self._tick(frame), self._second), frame) for frame in frames)

    def _tick(self, frame: VideoFrame) -> int:
        self.untimed |= frame.pts is None
        at = _in_ticks(frame.pts, self._unit)
        time = self._clock.tick(at)
        shown_for = self._interval if at is None else 0
        self.gaps.note_frame(at, time, shown_for, is_corrupt=frame.is_corrupt)
        self.n_frames += 1
        return time


def _decoder_of(stream: VideoStream) -> VideoCodecContext:
    """Return what decodes a stream, its opacity too, which FFmpeg's VP8 and VP9 leave out."""
    name = _WITH_OPACITY.get(stream.codec.canonical_name)
    if name is None or stream.metadata.get("alpha_mode") != "1":
        return stream.codec_context
    decoder = cast("VideoCodecContext", CodecContext.create(name, "r"))
    decoder.extradata = stream.codec_context.extradata
    decoder.options = stream.codec_context.options
    decoder.thread_type = "NONE"
    return decoder


def _with_next_pts(packets: Iterable["Packet[VideoStream]"]) -> Iterator[_Foreseen]:
    """Yield (packet, pts of the frame shown after it), with one packet of foresight.

    The frame after it may be stored further on; then the time is that of a later frame, or None.
    It is never too early.
    """
    near: deque[int] = deque(maxlen=MAX_HELD_BACK)
    held: Packet[VideoStream] | None = None
    for packet in packets:
        if packet.pts is not None:
            near.append(packet.pts)
        if held is not None:
            yield held, _min_above(held.pts, near)
        held = packet
    if held is not None:
        yield held, None


def _min_above(pts: int | None, others: Iterable[int]) -> int | None:
    return None if pts is None else min([other for other in others if other > pts], default=None)


def declared_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """Return how long the file says its video is, in seconds; None if it does not say."""
    seconds = _in_seconds(stream.duration, stream.time_base) or _in_seconds(
        container.duration, Fraction(1, av.time_base)
    )
    return None if seconds is None else float(seconds)


def _in_seconds(count: int | None, unit: Fraction | None) -> Fraction | None:
    return None if count is None or unit is None else count * unit


def _in_ticks(count: int | None, unit: int) -> int | None:
    return None if count is None else count * unit


def _nearest(count: int, of: int) -> int:
    """Return a count divided by another, to the nearest whole number."""
    return (2 * count + of) // (2 * of)


def _frame_rate(stream: VideoStream) -> Fraction:
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and _SLOWEST_RATE <= rate <= _FASTEST_RATE:
            return rate
    return _ASSUMED_RATE
