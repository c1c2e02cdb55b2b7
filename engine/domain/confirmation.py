"""Tags that a tagger often says by mistake count only where two distinct seconds show them."""

from dataclasses import replace

import numpy as np

from engine.domain.tracks import NEW_CONTENT, Track


def confirmed(track: Track) -> Track:
    """Cap each tag that requires confirmation at the second best of its distinct seconds.

    Whatever threshold is applied later, such a tag then passes only if two distinct seconds pass.
    A distinct second is one with new content, with the seconds that still show it: a still picture
    is a single one however long it is shown, so its tags that require confirmation are gone. Two
    views of the same thing, such as a poster while the camera moves, count as two. All other tags
    stay as they are; a track that was confirmed stays as it is, too.
    """
    if not len(track.requires_confirmation):  # as of most
        return track
    positions = np.flatnonzero(np.isin(track.tags, track.requires_confirmation))
    if not len(positions):
        return track
    confidences = track.confidences.copy()
    second = np.searchsorted(track.starts, positions, side="right") - 1
    is_new = track.changes.has(NEW_CONTENT)
    is_new[0] = True  # whatever is said of it
    segment = np.cumsum(is_new)[second]
    for tag in np.unique(track.tags[positions]):
        own = track.tags[positions] == tag
        best = np.zeros(int(segment[own].max()) + 1, np.uint16)
        np.maximum.at(best, segment[own], confidences[positions[own]])
        second_best = np.sort(best)[-2]
        confidences[positions[own]] = np.minimum(confidences[positions[own]], second_best)
    stays = np.ones(len(track.tags), bool)
    stays[positions] = confidences[positions] > 0
    lost = np.bincount(second[~stays[positions]], minlength=track.n_seconds)
    lengths = np.diff(track.starts) - lost
    return replace(
        track,
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        tags=track.tags[stays],
        confidences=confidences[stays],
    )
