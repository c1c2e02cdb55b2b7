"""Number of films that fit at all where the catalog is small, by how much is taken off."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from movielens import Films, Viewer
from rankers import snapshot_of

from engine.indexes.local.mean_vector import SHRINKAGE, MeanVector
from engine.indexes.local.snapshot import LocalSnapshot
from engine.search.profiles import VIEWER_RULES, ProfileRules, profile_of, profile_vector_of


def print_few(films: Films, viewers: Sequence[Viewer]) -> None:
    """Print how many films fit at all where the catalog is small, by the share taken off."""
    rng = np.random.default_rng(2)
    print("| films | common share | fit, of those not seen | viewers whom nothing fits |")
    print("| --- | --- | --- | --- |")
    default = VIEWER_RULES.mean_share
    for n_films in (10, 30, 100):
        snapshots = [snapshot_of(part_of(films, n_films, rng)) for _ in range(3)]
        whole = [with_whole_mean(snapshot) for snapshot in snapshots]
        for name, share, searched in (
            ("0", 0.0, snapshots),
            (f"{default:g}", default, snapshots),
            ("1", 1.0, snapshots),
            (f"{default:g}, however few", default, whole),
        ):
            rules = replace(VIEWER_RULES, co_likes=0.0, mean_share=share)
            fits = [
                fit
                for snapshot in searched
                for viewer in viewers
                for fit in fit_sums(snapshot, viewer, rules)
            ]
            nothing = np.mean(np.equal(fits, 0))
            print(f"| {n_films} | {name} | {np.mean(fits):.2f} | {nothing:.3f} |")


def with_whole_mean(snapshot: LocalSnapshot) -> LocalSnapshot:
    """Return a view in which the mean of its few videos is not shrunk."""
    generation = snapshot.generation
    n_videos = generation.index.n_videos
    whole = generation.common.units * (n_videos + SHRINKAGE) / n_videos
    return LocalSnapshot.of(replace(generation, common=MeanVector(generation.common.tags, whole)))


def part_of(films: Films, n_films: int, rng: np.random.Generator) -> Films:
    """Return some films, drawn at random, with the tags that they have."""
    rows = np.sort(rng.choice(len(films.ids), n_films, replace=False))
    counts = films.counts[rows]
    tags = np.unique(counts.indices)
    return Films(
        [films.ids[row] for row in rows], [films.tags[tag] for tag in tags], counts[:, tags]
    )


def fit_sums(snapshot: LocalSnapshot, viewer: Viewer, rules: ProfileRules) -> list[float]:
    """Return the share of the unseen films that fit; nothing for who likes none of the others."""
    index = snapshot.base.index
    profile = profile_of({}, viewer.events, rules, now=viewer.now)
    profile_vector = profile_vector_of(profile, snapshot, rules)
    rows = index.rows_of(profile.consumed)
    unseen = np.setdiff1d(np.arange(index.n_videos), rows)
    if not len(unseen) or not any(reaction.weight > 0 for reaction in profile_vector.reactions):
        return []
    return [float(np.mean(index.score_rows(profile_vector.query, unseen) > 1e-9))]
