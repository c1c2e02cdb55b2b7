"""Captions that a site lists for a video: those of what is spoken, not of its translations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.words.languages import is_code
from ingest.sources.captions.languages import primary

_SUFFIXES: Final = (".vtt", ".srt", ".ass")
"""Those that are read, the best first: WebVTT is what sites make of the others."""

_ORIGINAL: Final = "-orig"
"""Ends the language of automatic captions beside which there are machines' translations of them."""

_TRANSLATED: Final = re.compile(r"[?&]tlang=")
"""In the address of captions that a machine translates; ``ja-en`` is Japanese of English."""

_MAX_LANGUAGES: Final = 1_000
_MAX_FORMS: Final = 100


@dataclass(frozen=True, slots=True)
class ListedCaptions:
    """Captions as yt-dlp tells of them.

    Attributes:
        language: a code; empty when nothing says it.
        suffix: of a file of their form.
        entry: where they are: the address and how to ask for it, or the text itself.
    """

    language: str
    suffix: str
    entry: Mapping[str, Any]


def choose_listed(info: Mapping[str, Any]) -> ListedCaptions | None:
    """Return the captions of a video in the language that is spoken; None if there are none.

    What a person wrote goes before what a machine recognised. The site says the language,
    or marks among the automatic captions; where it does neither, the only one there is.

    Args:
        info: the info dictionary of yt-dlp. Nothing in it is trusted.
    """
    written = _tracks(info.get("subtitles"))
    automatic = {
        language: one
        for language, one in _tracks(info.get("automatic_captions")).items()
        if not _TRANSLATED.search(str(one.entry.get("url")))
    }
    originals = {
        language: one for language, one in automatic.items() if language.endswith(_ORIGINAL)
    }
    spoken = info.get("language")
    if not (isinstance(spoken, str) and is_code(spoken)):
        spoken = next(iter(originals), "")
    # Where originals are marked, all others are translations.
    return _of_language(written, spoken) or _of_language(originals or automatic, spoken)


def _of_language(tracks: Mapping[str, ListedCaptions], spoken: str) -> ListedCaptions | None:
    if not spoken:
        return next(iter(tracks.values())) if len(tracks) == 1 else None
    if spoken in tracks:
        return tracks[spoken]
    code = primary(spoken)
    return next((one for name, one in tracks.items() if primary(name) == code), None)


def _tracks(listed: object) -> dict[str, ListedCaptions]:
    """Return the captions that can be read, by their language as the site writes it."""
    if not isinstance(listed, Mapping):
        return {}
    tracks = {}
    for name, forms in list(listed.items())[:_MAX_LANGUAGES]:
        language = name.replace("_", "-") if isinstance(name, str) else ""
        chosen = _best(forms if isinstance(forms, list) else [])
        if is_code(language) and chosen is not None:
            suffix, entry = chosen
            tracks[language] = ListedCaptions(language.removesuffix(_ORIGINAL), suffix, entry)
    return tracks


def _best(forms: list[object]) -> tuple[str, Mapping[str, Any]] | None:
    known = {
        f".{form.get('ext')}": form
        for form in reversed(forms[:_MAX_FORMS])  # of the same form the first stays
        if isinstance(form, Mapping)
        and (isinstance(form.get("url"), str) or isinstance(form.get("data"), str))
    }
    return next(((suffix, known[suffix]) for suffix in _SUFFIXES if suffix in known), None)
