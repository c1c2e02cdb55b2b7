"""Words that did not count, and the tags that they may have meant."""

from collections.abc import Sequence

from engine.domain.matching.keywords import IgnoredWord, KeywordMatch
from engine.words.spelling import MAX_SUGGESTED_WORDS
from engine.words.vocabulary import Vocabulary


def ignored_tags(words: Sequence[str], vocabulary: Vocabulary) -> tuple[IgnoredWord, ...]:
    """Return the words that were left out because they are no tags, the first with suggestions."""
    named = words[:MAX_SUGGESTED_WORDS]
    return (
        *(IgnoredWord(word, tuple(vocabulary.nearest(word))) for word in named),
        *(IgnoredWord(word, ()) for word in words[len(named) :]),
    )


def ignored_keywords(matches: Sequence[KeywordMatch]) -> tuple[IgnoredWord, ...]:
    """Return the words that were left out because they mean no tag for sure."""
    ignored = [match for match in matches if not match.used]
    if not ignored:
        return ()
    # Brought when somebody needs it: most words are tags.
    from engine.keywords.weights import nearest_tags

    return tuple(
        IgnoredWord(match.word, tuple(nearest_tags(match)), match.languages) for match in ignored
    )
