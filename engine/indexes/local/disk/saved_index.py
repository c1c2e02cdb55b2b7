"""An index on the disk: what is saved of it, and its parts as they are read back."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.domain.matching.weighting import Weighting
from engine.errors import CorruptData
from engine.indexes.local.disk import storage as index_files
from engine.indexes.local.rows.forward_rows import weights_of
from engine.indexes.local.scan_selection import Sample, scan_of
from engine.indexes.local.scans.base import Array, Scan
from engine.kernels.forward import ForwardRows
from engine.kernels.sorted_ids import SortedIds

Parts = tuple[SortedIds, ForwardRows, Weighting, Scan, Sample | None]
"""Ids, rows, weighting, scan, and the sample that chose the scan."""


def index_settings(weighting: Weighting, scan: Scan, sample: Sample | None) -> dict[str, Any]:
    """Return what is saved of an index beside its arrays."""
    return {
        "kernel": scan.name,
        "sample": asdict(sample) if sample else None,
        "tf": weighting.tf,
        "slope": weighting.slope,
        "pivot": weighting.pivot,
        "idf_of_new": weighting.idf_of_new,
    }


def index_arrays(
    ids: SortedIds, forward: ForwardRows, weighting: Weighting, scan: Scan
) -> dict[str, Array]:
    """Return the arrays of an index, by the names they are saved under."""
    return {
        "forward_starts": forward.starts,
        "forward_tags": forward.tags,
        "forward_counts": forward.counts,
        "forward_scales": forward.scales,
        "df": weighting.df,
        "idf": weighting.idf,
        "ids_text": ids.text,
        "ids_starts": ids.starts,
        **{f"scan_{name}": array for name, array in scan.arrays.items()},
    }


def read_index(path: Path) -> Parts:
    """Return the parts of a saved index, by mapping its files.

    Raises:
        CorruptData: a file is missing, cut short, or of another version.
    """
    files = index_files.read(path)
    settings, arrays = files.settings, files.arrays
    try:
        weighting = Weighting(
            settings["tf"],
            settings["slope"],
            settings["pivot"],
            arrays["df"],
            arrays["idf"],
            settings["idf_of_new"],
        )
        forward = ForwardRows(
            arrays["forward_starts"],
            arrays["forward_tags"],
            arrays["forward_counts"],
            arrays["forward_scales"],
            *weights_of(weighting),
        )
        ids = SortedIds(arrays["ids_text"], arrays["ids_starts"])
        of_scan = {
            name.removeprefix("scan_"): array
            for name, array in arrays.items()
            if name.startswith("scan_")
        }
        scan = scan_of(settings["kernel"], of_scan, forward.scales.size)
        sample = _sample_of(settings["sample"]) if settings["sample"] else None
    except KeyError as error:
        raise CorruptData(f"{path} lacks {error}: build the index anew") from error
    # What is made of arrays and settings of other types than were written.
    except (ValueError, IndexError, TypeError, OverflowError) as error:
        raise CorruptData(
            f"{path} does not fit together ({error}): build the index anew"
        ) from error
    return ids, forward, weighting, scan, sample


def _sample_of(stored: Any) -> Sample:
    return Sample(int(stored["queries"]), float(stored["read"]), float(stored["cost"]))
