"""Turn ``results.json`` into ``RESULTS.md`` and its figures."""

import json
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

HERE: Final = Path(__file__).parent
ORDER: Final = (
    "levels",
    "plain",
    "scipy columns",
    "sparse_dot_topn",
    "bm25s",
    "tantivy",
    "pyseismic-lsr",
    "scikit-learn",
)
Result = dict[str, Any]


def main() -> None:
    """Write the report."""
    results: dict[str, Result] = json.loads((HERE / "results.json").read_text())
    corpora = [one for one in results.values() if "queries" in one]
    ordered = sorted(corpora, key=lambda one: (one["videos"], one["kind"] != "topics"))
    lines = ["# Results of the matching engine", ""]
    newest = max(ordered, key=lambda one: one["date"])
    versions = ", ".join(f"{name} {version}" for name, version in newest["versions"].items())
    lines += [
        f"{newest['machine']}; {newest['date']}; {versions}.",
        "",
        "Processor milliseconds of one thread, k = 10. *Warm*: each engine answers all queries in",
        "a row, after as many others, as a server at work. *Cold*: the engines take turns query by",
        "query, each after the others have streamed hundreds of megabytes through the caches.",
        "*Ratio* is the median over the queries of that engine / ours. *Agreed*: the part of",
        "the queries with the ids",
        "scikit-learn finds, but for ties within 1e-6; tantivy ranks by BM25 and pyseismic-lsr",
        "approximates, so theirs need not agree.",
        "",
    ]
    for result in ordered:
        lines += section(result)
    (HERE / "RESULTS.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    figure([one for one in ordered if one["kind"] == "topics"])


def section(result: Result) -> list[str]:
    """Return the lines on one corpus."""
    lines = [
        f'## {result["videos"]:,} videos, corpus "{result["kind"]}",'
        f" {result['postings'] / 1e6:.1f} million postings",
        "",
    ]
    for query, states in result["queries"].items():
        lines += [
            f"| {query} | warm p50 | warm p99 | warm ratio | cold p50 | cold ratio | agreed |",
            "|---|---:|---:|---:|---:|---:|---:|",
        ]
        for name in sorted(states["warm"], key=ORDER.index):
            warm, cold = states["warm"][name], states["cold"][name]
            agreed = "-" if name == "tantivy" else f"{warm['agreed']:.0%}"
            if result["videos"] > 1_000_000:
                agreed = "not checked"
            lines.append(
                f"| {label(name)} | {warm['p50_ms']:.2f} | {warm['p99_ms']:.2f} |"
                f" {warm['ratio']:.1f} | {cold['p50_ms']:.2f} | {cold['ratio']:.1f} | {agreed} |"
            )
        lines.append("")
    lines += ["| build | processor s |", "|---|---:|"]
    lines += [f"| {label(name)} | {took:.2f} |" for name, took in result["build_seconds"].items()]
    sizes = ", ".join(f"{name} {size:.2f}" for name, size in result["bytes_a_posting"].items())
    lines += [
        "",
        f"Bytes a posting, ids included: {sizes}. Exact idf refresh of all norms:"
        f" {result['idf_refresh_ms']:.0f} ms. A changed video made searchable:"
        f" {result['upsert_us_a_video']:.1f} us. Opening a saved index:"
        f" {result['open_ms']:.0f} ms.",
        "",
    ]
    if "batch" in result:
        batch = result["batch"]
        lines += [
            f"A batch of 1,000 viewers on two cores, wall: ours {batch['ours_seconds']:.2f} s,"
            f" sparse_dot_topn {batch['sparse_dot_topn_seconds']:.2f} s,"
            f" ratio {batch['ratio']:.1f}.",
            "",
        ]
    return lines


def label(name: str) -> str:
    """Return what the tables call an engine."""
    return f"**ours, {name}**" if name in ("levels", "plain") else name


def figure(results: list[Result]) -> None:
    """Draw the ratios of the peers by number of videos."""
    plt.rcParams["svg.hashsalt"] = "reelmatch"
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharex=True)
    for panel, query in zip(panels, ("viewer", "advertiser"), strict=True):
        for name in ORDER:
            points = [
                (one["videos"], one["queries"][query]["warm"][name]["p50_ms"])
                for one in results
                if name in one["queries"][query]["warm"]
            ]
            if points:
                panel.loglog(*zip(*points, strict=True), marker="o", label=name)
        panel.set_title(f"{query} query")
        panel.set_xlabel("videos")
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("processor ms, median, warm")
    panels[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(HERE / "times.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
