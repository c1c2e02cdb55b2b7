"""HEIC and AVIF files made of tiles, as phones write them."""

import struct
from collections.abc import Sequence
from pathlib import Path

import av

from support.footage import Picture, write_video

_KINDS = {
    "heic": (b"heic", b"hvc1", b"hvcC", "libx265"),
    "avif": (b"avif", b"av01", b"av1C", "libsvtav1"),
}


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def full(kind: bytes, *contents: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *contents)


def write_grid(
    path: Path,
    tiles: Sequence[Picture],
    columns: int,
    size: tuple[int, int],
    *,
    brand: str = "heic",
    extra: Sequence[bytes] = (),
    kind: bytes = b"grid",
    thumbnail: bool = False,
    in_data_box: bool = True,
    transfer: int = 0,
) -> Path:
    """Write a picture of tiles.

    Args:
        path: where to.
        tiles: row by row, all of one size, 64 pixels or more.
        columns: how many lie side by side.
        size: (width, height) of the picture; what tiles have beyond it is cut away.
        brand: ``"heic"`` or ``"avif"``.
        extra: boxes of properties of the whole, ``irot`` for instance.
        kind: of the item that the tiles make.
        thumbnail: whether the first tile is there once more as the thumbnail.
        transfer: what is said of the light, as ITU-T H.273 numbers it; 0 for nothing.
        in_data_box: whether the layout lies beside the items, and not among the pictures.
    """
    major, coded, setup_box, codec = _KINDS[brand]
    if transfer:
        nclx = struct.pack(">4sHHHB", b"nclx", 9, transfer, 9, 0x80)
        extra = [*extra, box(b"colr", nclx)]
    setup, samples = _encoded(path, tiles, codec)
    height, width = tiles[0].shape[:2]
    whole, ids = len(tiles) + 1, range(1, len(tiles) + 1)
    coded_ids = [*ids, whole + 1] if thumbnail else list(ids)
    samples += samples[:1] if thumbnail else []
    rows = len(tiles) // columns
    layout = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, *size)

    def meta(start: int) -> bytes:
        extents, at = [], start
        for item, sample in zip(coded_ids, samples, strict=True):
            extents.append(struct.pack(">HHHHII", item, 0, 0, 1, at, len(sample)))
            at += len(sample)
        method, offset = (1, 0) if in_data_box else (0, at)
        extents.append(struct.pack(">HHHHII", whole, method, 0, 1, offset, len(layout)))
        kinds = [(item, coded) for item in coded_ids] + [(whole, kind)]
        entries = [
            full(b"infe", struct.pack(">HH4sB", item, 0, name, 0), version=2)
            for item, name in kinds
        ]
        references = [
            box(b"dimg", struct.pack(f">HH{len(tiles)}H", whole, len(tiles), *ids)),
            *([box(b"thmb", struct.pack(">HHH", whole + 1, 1, whole))] if thumbnail else []),
        ]
        listed = [
            box(setup_box, setup),
            full(b"ispe", struct.pack(">II", width, height)),
            full(b"ispe", struct.pack(">II", *size)),
            *extra,
        ]
        of_tile = struct.pack(">BBB", 2, 0x81, 2)
        of_whole = bytes([1 + len(extra), 3, *(4 + i for i in range(len(extra)))])
        associations = [struct.pack(">H", item) + of_tile for item in coded_ids]
        associations.append(struct.pack(">H", whole) + of_whole)
        return full(
            b"meta",
            full(b"hdlr", struct.pack(">I4s12xB", 0, b"pict", 0)),
            full(b"pitm", struct.pack(">H", whole)),
            full(b"iinf", struct.pack(">H", len(entries)), *entries),
            full(b"iref", *references),
            box(
                b"iprp",
                box(b"ipco", *listed),
                full(b"ipma", struct.pack(">I", len(associations)), *associations),
            ),
            full(b"iloc", struct.pack(">BBH", 0x44, 0, len(extents)), *extents, version=1),
            box(b"idat", layout),
        )

    head = box(b"ftyp", major, bytes(4), b"mif1", major)
    start = len(head) + len(meta(0)) + 8
    path.write_bytes(head + meta(start) + box(b"mdat", *samples, layout))
    return path


def _encoded(path: Path, pictures: Sequence[Picture], codec: str) -> tuple[bytes, list[bytes]]:
    """Return the setup of pictures that stand alone, and the sample of each."""
    encoder_options = {
        "libx265": {"x265-params": "log-level=none:pools=1:keyint=1"},
        "libsvtav1": {"g": "1"},
    }
    whole = write_video(
        path.with_suffix(".tiles.mp4"),
        pictures,
        codec=codec,
        codec_options={"crf": "10", **encoder_options[codec]},
    )
    with av.open(str(whole)) as container:
        stream = container.streams.video[0]
        samples = [bytes(packet) for packet in container.demux(stream) if packet.size]
        setup = stream.codec_context.extradata or b""
    whole.unlink()
    return setup, samples
