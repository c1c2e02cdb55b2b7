"""Still pictures of HEIF files (HEIC, AVIF): which item is the picture, and of what tiles.

A phone stores a photograph as a grid of tiles, each coded by itself (ISO/IEC 23008-12, 6.6.2.3).
FFmpeg gives each tile as a stream of its own; how they lie side by side is read here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ingest.decoding.boxes import boxes, number, read_top_box

_STILL_BRANDS: Final = (
    *(b"avif", b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"),
    *(b"avis", b"hevc", b"hevx", b"msf1"),
)
_CODED: Final = (b"hvc1", b"av01")
# What an item beside another is when it says how far that can be seen through.
_OPACITY: Final = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
# A picture derived from another by nothing, or by what would make it brighter: the other will do.
_AS_ANOTHER: Final = (b"iden", b"tmap")
_MAX_ITEMS: Final = 4096
_HIGHEST_COLOUR: Final = 22  # of the numbers of H.273


class UnknownLayout(ValueError):
    """A picture that is put together in a way that is not known here, or not said rightly."""


UNSPECIFIED: Final = 2
"""A colour of which nothing is said."""


@dataclass(frozen=True, slots=True)
class Still:
    """The picture of a file.

    Attributes:
        tiles: the items it is made of, row by row; one if it is not a grid.
        columns: how many of them lie side by side.
        width: in pixels; 0 if it is not a grid. What the tiles have beyond it is not shown.
        height: likewise.
        quarter_turns: counterclockwise, of the whole grid.
        colours: of the whole grid, as ITU-T H.273 numbers them: primaries, transfer, matrix;
            2 is unspecified.
        mirrored: of the whole grid: None, ``"rows"`` upside down, ``"columns"`` left to right.
        opacity: the picture that says how far this one can be seen through; None if it cannot.
    """

    tiles: tuple[int, ...]
    columns: int = 1
    width: int = 0
    height: int = 0
    quarter_turns: int = 0
    mirrored: str | None = None
    colours: tuple[int, int, int] = (UNSPECIFIED,) * 3
    opacity: "Still | None" = None

    @property
    def is_composed(self) -> bool:
        """Whether it is made of several pictures."""
        return self.width > 0 or self.opacity is not None


@dataclass(slots=True)
class _Items:
    """The items of a file, by id."""

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    parts: dict[int, tuple[int, ...]] = field(default_factory=dict)
    extents: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    beside: dict[int, tuple[int, ...]] = field(default_factory=dict)
    properties: dict[int, list[tuple[bytes, bytes]]] = field(default_factory=dict)
    data: bytes = b""


def read_still(path: Path) -> Still | None:
    """Return the picture of a HEIF file; None of a file that is none.

    Raises:
        UnknownLayout: the picture is neither coded as one nor a grid, or the file is damaged.
    """
    if not _is_heif(path):
        return None
    # After version and flags.
    meta = read_top_box(path, b"meta")[4:]
    if not meta:
        return None
    try:
        return _still(path, _items(meta))
    except (IndexError, KeyError, ValueError) as error:
        raise UnknownLayout(str(error)) from error


def _is_heif(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(256)
    if head[4:8] != b"ftyp":
        return False
    # The major brand, its version, then those that it is compatible with.
    brands = head[8 : int.from_bytes(head[:4])]
    return any(brands[at : at + 4] in _STILL_BRANDS for at in (0, *range(8, len(brands), 4)))


def _items(meta: bytes) -> _Items:
    items = _Items()
    for kind, content in boxes(meta):
        if kind == b"pitm":
            items.primary = number(content, 4, 4 if content[0] else 2)
        elif kind == b"iinf":
            items.kinds = _kinds(content)
        elif kind == b"iref":
            items.parts = _references(content, b"dimg")
            items.beside = _references(content, b"auxl")
        elif kind == b"iloc":
            items.extents = _extents(content)
        elif kind == b"iprp":
            items.properties = _properties(content)
        elif kind == b"idat":
            items.data = content
    return items


def _kinds(content: bytes) -> dict[int, bytes]:
    kinds = {}
    for kind, entry in boxes(content[8 if content[0] else 6 :]):
        if kind == b"infe" and entry[0] >= 2:
            size = 4 if entry[0] > 2 else 2
            kinds[number(entry, 4, size)] = entry[6 + size : 10 + size]
    return kinds


def _references(content: bytes, reference_kind: bytes) -> dict[int, tuple[int, ...]]:
    """Return to which items each one refers in this way."""
    size = 4 if content[0] else 2
    references = {}
    for kind, entry in boxes(content[4:]):
        if kind == reference_kind:
            count = min(number(entry, size, 2), _MAX_ITEMS)
            ids = (number(entry, size + 2 + size * i, size) for i in range(count))
            references[number(entry, 0, size)] = tuple(ids)
    return references


def _extents(content: bytes) -> dict[int, tuple[int, int, int]]:
    """Return (where from, offset, length) of each item's first extent; from 1 is the data box."""
    version = content[0]
    offset_size, length_size = content[4] >> 4, content[4] & 15
    base_size, index_size = content[5] >> 4, content[5] & 15 if version else 0
    id_size = 4 if version == 2 else 2
    at = 6 + id_size
    extents = {}
    for _ in range(min(number(content, 6, id_size), _MAX_ITEMS)):
        item = number(content, at, id_size)
        at += id_size
        method = number(content, at, 2) & 15 if version else 0
        at += (2 if version else 0) + 2
        base = number(content, at, base_size)
        n_extents = min(number(content, at + base_size, 2), _MAX_ITEMS)
        at += base_size + 2
        extent = index_size + offset_size + length_size
        if n_extents:
            offset = number(content, at + index_size, offset_size)
            length = number(content, at + index_size + offset_size, length_size)
            extents[item] = (method, base + offset, length)
        at += extent * n_extents
    return extents


def _properties(content: bytes) -> dict[int, list[tuple[bytes, bytes]]]:
    inside = list(boxes(content))
    listed = [box for kind, within in inside if kind == b"ipco" for box in boxes(within)]
    properties: dict[int, list[tuple[bytes, bytes]]] = {}
    for kind, entry in inside:
        if kind != b"ipma":
            continue
        id_size, index_size = 4 if entry[0] else 2, 2 if entry[3] & 1 else 1
        at = 8
        for _ in range(min(number(entry, 4, 4), _MAX_ITEMS)):
            item, n_indices = number(entry, at, id_size), entry[at + id_size]
            at += id_size + 1
            for _ in range(n_indices):
                # The highest bit says that it must be understood.
                index = number(entry, at, index_size) & (0x7F if index_size == 1 else 0x7FFF)
                at += index_size
                if 0 < index <= len(listed):
                    properties.setdefault(item, []).append(listed[index - 1])
    return properties


def _still(path: Path, items: _Items) -> Still:
    item = items.primary
    for _ in range(4):
        if items.kinds.get(item) not in _AS_ANOTHER:
            break
        item = items.parts[item][0]
    opacity = next((one for one in items.beside if _is_opacity_of(one, item, items)), None)
    still = _laid_out(path, items, item)
    return still if opacity is None else replace(still, opacity=_laid_out(path, items, opacity))


def _is_opacity_of(item: int, picture: int, items: _Items) -> bool:
    # After version and flags.
    kinds = (content[4:] for name, content in items.properties.get(item, ()) if name == b"auxC")
    return picture in items.beside[item] and any(kind.startswith(_OPACITY) for kind in kinds)


def _laid_out(path: Path, items: _Items, item: int) -> Still:
    turned = _turned(items.properties.get(item, ()))
    kind = items.kinds.get(item, b"")
    if kind in _CODED:
        return replace(turned, tiles=(item,))
    if kind != b"grid":
        raise UnknownLayout(f"an item of the kind {kind!r}")
    layout = _content_of(path, items, item)
    size = 4 if layout[1] & 1 else 2
    rows, columns = layout[2] + 1, layout[3] + 1
    tiles = items.parts[item]
    if len(tiles) != rows * columns or any(items.kinds.get(tile) not in _CODED for tile in tiles):
        raise UnknownLayout("a grid without all of its tiles")
    width, height = number(layout, 4, size), number(layout, 4 + size, size)
    if not width or not height:
        raise UnknownLayout("a grid without a size")
    return replace(turned, tiles=tiles, columns=columns, width=width, height=height)


def _turned(properties: Iterable[tuple[bytes, bytes]]) -> Still:
    """Return a picture of no tiles yet, turned and coloured as its properties say."""
    still = Still(())
    for name, content in properties:
        if name == b"irot":
            still = replace(still, quarter_turns=content[0] & 3)
        elif name == b"imir":
            still = replace(still, mirrored="columns" if content[0] & 1 else "rows")
        elif name == b"colr" and content.startswith(b"nclx"):
            primaries, transfer, matrix = (_known(content, at) for at in (4, 6, 8))
            still = replace(still, colours=(primaries, transfer, matrix))
    return still


def _content_of(path: Path, items: _Items, item: int) -> bytes:
    method, offset, length = items.extents[item]
    if method == 1:
        return items.data[offset : offset + length]
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(min(length, 64))


def _known(content: bytes, at: int) -> int:
    code = number(content, at, 2)
    return code if code <= _HIGHEST_COLOUR else UNSPECIFIED
