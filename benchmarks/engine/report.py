"""Turn ``results.json`` into ``RESULTS.md`` and its figures."""

import json
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

HERE: Final = Path(__file__).parent
README: Final = HERE.parent / "README.md"
BEGIN: Final = "<!-- engine/report.py writes what follows -->"
END: Final = "<!-- end -->"
ENGINES: Final = (
    "levels",
    "plain",
    "bm25s",
    "tantivy",
    "pyseismic-lsr",
    "scipy columns",
    "sparse_dot_topn",
    "scikit-learn",
)
NO_COSINE: Final = ("bm25s", "tantivy")
OURS: Final = ("levels", "plain")
GOALS: Final = (
    # Engine, query, least ratio, the ratio aimed at.
    ("scikit-learn", "viewer", 150, 350),
    ("scikit-learn", "advertiser", 300, 800),
    ("scipy columns", "viewer", 8, 25),
    ("scipy columns", "advertiser", 8, 25),
    ("tantivy", "viewer", 4, 7),
    ("pyseismic-lsr", "viewer", 2, 4),
    ("plain", "viewer", 1.8, 2.4),
    ("plain", "advertiser", 1.8, 2.4),
)
MILLION: Final = 1_000_000
Result = dict[str, Any]


def main() -> None:
    """Write the report."""
    results: dict[str, Result] = json.loads((HERE / "results.json").read_text())
    corpora = [one for one in results.values() if "queries" in one]
    corpora.sort(key=lambda one: (one["videos"], one["kind"] != "topics", one["kind"]))
    topics = [one for one in corpora if one["kind"] == "topics"]
    lines = introduction(max(corpora, key=lambda one: one["date"]))
    reached = goals(results[f"topics {MILLION}"], corpora)
    into_readme(results[f"topics {MILLION}"], reached)
    lines += ["## Goals", "", *reached]
    lines += figures(topics)
    for result in corpora:
        lines += section(result)
    lines += real_counts(results["real"]["sets"]) if "real" in results else []
    lines += reindexes(results["reindex"]) if "reindex" in results else []
    (HERE / "RESULTS.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def introduction(newest: Result) -> list[str]:
    """Say where and how this was measured."""
    versions = ", ".join(f"{name} {version}" for name, version in newest["versions"].items())
    return [
        "# Results of the matching engine",
        "",
        f"{newest['machine']}; {newest['date']}; {versions}.",
        "The machine was shared and busy, so times are of the processor, and only ratios of one",
        "run are compared.",
        "",
        "Milliseconds of one thread, k = 10. *Warm*: each engine answers all queries in a row,",
        "after as many others, as a server at work. *Cold*: the engines take turns query by query,",
        "each after the others have streamed hundreds of megabytes through the caches. *Ratio* is",
        "the median over the queries of that engine / ours. *Agreed*: the part of the queries with",
        "the ids scikit-learn finds, but for ties within 1e-6. tantivy ranks by BM25; bm25s has no",
        "query weights and was asked for the same tags, each as much as the others; so theirs are",
        "other answers. pyseismic-lsr approximates and takes no weights below 0.",
        "",
    ]


def goals(million: Result, corpora: list[Result]) -> list[str]:
    """Return the table of what was to be reached, and what was."""
    lines = [
        'One million videos, corpus "topics": the processor time of the other / ours.',
        *([million["note"]] if "note" in million else []),
        "",
        "| against | query | at least | aim | cold | warm |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for engine, query, min_ratio, aim in GOALS:
        states = million["queries"][query]
        cold, warm = states["cold"][engine]["ratio"], states["warm"][engine]["ratio"]
        lines.append(row(label(engine), query, min_ratio, aim, f"{cold:.1f}", f"{warm:.1f}"))
    build = million["build_seconds"]
    build_ratio = build["pyseismic-lsr"] / build["levels"]
    lines.append(row("pyseismic-lsr", "build", 50, 100, f"{build_ratio:.0f}", ""))
    batch = million["batch"]["ratio"]
    lines.append(row("sparse_dot_topn", "1,000 viewers, wall", 5, 10, "", f"{batch:.1f}"))
    for one in corpora:
        if one["videos"] == MILLION and one["kind"] != "topics":
            for engine, min_viewer, min_advertiser in (
                ("scikit-learn", 100, 200),
                ("plain", 1, 1),
            ):
                for query, min_ratio in (("viewer", min_viewer), ("advertiser", min_advertiser)):
                    states = one["queries"][query]
                    cold, warm = (states[state][engine]["ratio"] for state in ("cold", "warm"))
                    what = f'{query}, corpus "{one["kind"]}"'
                    lines.append(
                        row(label(engine), what, min_ratio, "", f"{cold:.1f}", f"{warm:.1f}")
                    )
        if one["videos"] > MILLION:
            for query in ("viewer", "advertiser"):
                states = one["queries"][query]
                cold, warm = (states[state]["plain"]["ratio"] for state in ("cold", "warm"))
                what = f"{query}, {one['videos']:,} videos"
                lines.append(row(label("plain"), what, 3, 5, f"{cold:.1f}", f"{warm:.1f}"))
    return [
        *lines,
        "",
        "| index of a million videos | at most | aim | measured |",
        "|---|---:|---:|---:|",
        f"| bytes a posting | 10 | 8.5 | {million['bytes_a_posting']['levels']:.2f} |",
        f"| build, processor s | 3 | 1 | {build['levels']:.2f} |",
        f"| exact idf refresh, ms | 150 | 50 | {million['idf_refresh_ms']:.0f} |",
        f"| a changed video made searchable, us | 50 | 10 | {million['upsert_us_a_video']:.1f} |",
        f"| opening, ms | 50 | | {million['open_ms']:.0f} |",
        "",
        f"Aims not reached: {'; '.join(missed(million)) or 'none'}.",
        "",
    ]


def missed(million: Result) -> list[str]:
    """Say which aims were not reached, and what was reached of each."""
    parts = []
    for engine, query, _, aim in GOALS:
        for state in ("cold", "warm"):
            ratio = million["queries"][query][state][engine]["ratio"]
            if ratio < aim:
                parts.append(f"{engine}, {query}, {state}: {ratio / aim:.0%}")
    for what, aim, measured in (
        ("bytes a posting", 8.5, million["bytes_a_posting"]["levels"]),
        ("build", 1.0, million["build_seconds"]["levels"]),
    ):
        if measured > aim:
            parts.append(f"{what}: {measured / aim - 1:.0%} above")
    return parts


def into_readme(million: Result, reached: list[str]) -> None:
    """Put the goals into the page on all benchmarks."""
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    lines_of = [BEGIN, "", f"{million['machine']}; {million['date']}; the machine was shared.", ""]
    README.write_text(before + "\n".join([*lines_of, *reached, END]) + after, encoding="utf-8")


def row(*cells: object) -> str:
    """Return a line of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def section(result: Result) -> list[str]:
    """Return the lines on one corpus."""
    lines = [
        f'## {result["videos"]:,} videos, corpus "{result["kind"]}",'
        f" {result['postings'] / 1e6:.1f} million postings",
        "",
        *([result["note"], ""] if "note" in result else []),
        *([f"Impacts: {impacts(result)}. {sample(result)}.", ""] if "sample" in result else []),
    ]
    for query, states in result["queries"].items():
        lines += [
            f"| {query} | warm p50 | warm p99 | warm ratio | cold p50 | cold p99 | cold ratio |"
            " agreed |",
            "|---|---:|---:|---:|---:|---:|---:|---:|",
        ]
        for name in sorted(states["warm"], key=ENGINES.index):
            warm, cold = states["warm"][name], states["cold"][name]
            agreed = "-" if name in NO_COSINE else f"{warm['agreed']:.0%}"
            if "scikit-learn" not in states["warm"]:
                agreed = "with each other"
            lines.append(
                f"| {label(name)} | {warm['p50_ms']:.2f} | {warm['p99_ms']:.2f} |"
                f" {warm['ratio']:.1f} | {cold['p50_ms']:.2f} | {cold['p99_ms']:.2f} |"
                f" {cold['ratio']:.1f} | {agreed} |"
            )
        lines.append("")
    approximate = result["queries"]["viewer"]["warm"].get("pyseismic-lsr")
    if approximate:
        recall = f"pyseismic-lsr finds {approximate['recall']:.1%} of a viewer's ten best."
        lines += [recall, ""]
    lines += ["| build | processor s |", "|---|---:|"]
    lines += [f"| {label(name)} | {took:.2f} |" for name, took in result["build_seconds"].items()]
    sizes = ", ".join(f"{name} {size:.2f}" for name, size in result["bytes_a_posting"].items())
    lines_of = [f"Bytes a posting, ids included: {sizes}."]
    if "idf_refresh_ms" in result:
        lines_of.append(f"Exact idf refresh of all norms: {result['idf_refresh_ms']:.0f} ms.")
        lines_of.append(f"A changed video made searchable: {result['upsert_us_a_video']:.1f} us.")
    if "build_mb" in result:
        lines_of.append(
            f"Built part by part, from parts of a million videos; the process held"
            f" {result['build_mb']:.0f} MB at most."
        )
    lines_of.append(f"Opening a saved index: {result['open_ms']:.0f} ms.")
    lines += ["", " ".join(lines_of), ""]
    if "batch" in result:
        batch = result["batch"]
        lines += [
            f"A batch of 1,000 viewers on two cores, wall: ours {batch['ours_seconds']:.2f} s,"
            f" sparse_dot_topn {batch['sparse_dot_topn_seconds']:.2f} s,"
            f" ratio {batch['ratio']:.1f}.",
            "",
        ]
    return lines


def impacts(result: Result) -> str:
    """Say how the impacts lie."""
    return f"median {result['impacts']['median']:.2f}, {result['impacts']['above .3']:.0%} above .3"


def sample(result: Result) -> str:
    """Say what the sample says that chooses the kernel."""
    sampled = result["sample"]
    return (
        f"The {sampled['queries']} sampled queries read {sampled['read']:.2f} postings for each"
        f" there is, at {sampled['cost']:.2f} of the plain kernel's cost"
    )


def real_counts(sets: list[Result]) -> list[str]:
    """Return the table on counts nobody made for this."""
    lines = [
        "## Real counts",
        "",
        "Words of the files and manual pages of installed packages, and tags of real footage.",
        "*Read*: the part of its postings a query reads by level. *Gain*: processor time of the",
        "plain kernel / by level, warm. *Sampled*: by level as a part of the plain kernel's cost,",
        "as the sample says; above 1 the plain kernel serves. Below 100,000 videos it does anyway.",
        "",
        "| items | how many | tags | postings | median impact | above .3 | viewer: read | gain |"
        " advertiser: read | gain | sampled |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in sets:
        viewer, advertiser = one["viewer"], one["advertiser"]
        lines.append(
            f"| {one['what']} | {one['items']:,} | {one['tags']:,} | {one['postings']:,} |"
            f" {one['impacts']['median']:.2f} | {one['impacts']['above .3']:.0%} |"
            f" {viewer['read']:.0%} | {viewer['gain']:.2f} | {advertiser['read']:.0%} |"
            f" {advertiser['gain']:.2f} | {one['sample']['cost']:.2f} |"
        )
    return [*lines, ""]


def reindexes(measured: Result) -> list[str]:
    """Return the table on reindexes."""
    lines = [
        "## Reindex",
        "",
        "From the catalog to a verified generation. Memory the process holds for itself, at most;",
        "what importing alone takes is in it. *Counts*: what all counts together would take.",
        "",
        "| videos | processor s | again, nothing changed | MB held | MB before | MB of counts |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for videos, one in sorted(measured.items(), key=lambda item: int(item[0])):
        lines.append(
            f"| {int(videos):,} | {one['cpu_seconds']:.1f} | {one['again_cpu_seconds']:.1f} |"
            f" {one['most_mb']:.0f} | {one['before_mb']:.0f} | {one['counts_mb']:.0f} |"
        )
    return [*lines, ""]


def label(name: str) -> str:
    """Return what the tables call an engine."""
    return f"**ours, {name}**" if name in OURS else name


def figures(topics: list[Result]) -> list[str]:
    """Draw both figures; return the lines that show them."""
    plt.rcParams["svg.hashsalt"] = "reelmatch"
    plt.rcParams["svg.fonttype"] = "none"
    draw_sizes(topics)
    draw_engines(next(one for one in topics if one["videos"] == MILLION))
    return [
        "![Latency by number of videos](times.svg)",
        "",
        "![Processor time by engine](engines.svg)",
        "",
    ]


def draw_sizes(results: list[Result]) -> None:
    """Draw the times by number of videos."""
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharex=True, sharey=True)
    for panel, query in zip(panels, ("viewer", "advertiser"), strict=True):
        for name in ENGINES:
            points = [
                (one["videos"], one["queries"][query]["warm"][name]["p50_ms"])
                for one in results
                if name in one["queries"][query]["warm"]
            ]
            if points:
                width = 2.5 if name == "levels" else 1.2
                panel.loglog(*zip(*points, strict=True), marker="o", label=name, linewidth=width)
        panel.set_title(f"{query} query")
        panel.set_xlabel("videos")
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("processor ms, median, warm")
    panels[1].legend(fontsize=7)
    save(figure, "times.svg")


def draw_engines(result: Result) -> None:
    """Draw the times of all engines over a million videos."""
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    for panel, query in zip(panels, ("viewer", "advertiser"), strict=True):
        states = result["queries"][query]
        names = [name for name in reversed(ENGINES) if name in states["warm"]]
        rows = range(len(names))
        for offset, state in ((0.2, "warm"), (-0.2, "cold")):
            spent = [states[state][name]["p50_ms"] for name in names]
            panel.barh([row + offset for row in rows], spent, height=0.38, label=state)
        panel.set_xscale("log")
        panel.set_yticks(list(rows), [f"ours, {n}" if n in OURS else n for n in names])
        panel.set_title(f"{query} query, a million videos")
        panel.set_xlabel("processor ms, median")
        panel.grid(alpha=0.3, axis="x")
    panels[0].legend(fontsize=8)
    save(figure, "engines.svg")


def save(figure: Any, name: str) -> None:
    """Write a figure, to the same bytes for the same results."""
    figure.tight_layout()
    figure.savefig(HERE / name, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
