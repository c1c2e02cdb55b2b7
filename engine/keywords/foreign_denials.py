"""Words that say, in languages other than English, that something is not there: "ohne", "sin"."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from engine.domain.text import folded

_WORDS: Final[dict[str, Collection[str]]] = {
    "ar": ("بدون", "لا", "ليس", "غير", "ممنوع", "خالي", "باستثناء"),
    "de": (
        *("kein", "keine", "keinen", "keinem", "keiner", "keines", "ohne", "nicht", "nie"),
        *("niemals", "außer", "verboten"),
    ),
    "es": ("sin", "no", "nunca", "excepto", "salvo", "ningún", "ninguna", "prohibido"),
    "fr": ("sans", "pas", "aucun", "aucune", "jamais", "sauf", "excepté", "interdit", "interdits"),
    "it": ("senza", "non", "no", "niente", "nessun", "nessuna", "mai", "tranne", "eccetto"),
    "nl": ("geen", "zonder", "niet", "nooit", "behalve", "verboden"),
    "pl": ("bez", "nie", "żaden", "żadnych", "nigdy", "oprócz", "zakaz"),
    "pt": ("sem", "não", "nao", "nenhum", "nenhuma", "nunca", "exceto", "proibido"),
    "ru": ("без", "не", "нет", "кроме", "никаких", "никогда", "запрещено", "исключая"),
    "tr": ("yok", "değil", "olmadan", "hariç", "yasak"),
}
"""Words of languages that write spaces, where they stand beside another word."""

_LETTERS: Final = {
    "ja": "以外|なし|無し|抜き|禁止|のない|しない|ノンアルコール",
    "ko": "없는|없이|금지|제외|아닌|빼고|무알코올|무알콜",
    "th": "ไม่|ห้าม|ปราศจาก|ยกเว้น",
    "zh": "不要|没有|沒有|不含|不是|禁止|除了|无酒精|無酒精|无糖|無糖",
}
"""Parts of words of languages that write none, or put it into the word."""

_ENDINGS: Final = {
    "de": r"\w{3,}frei(?:e[mnrs]?)?\b",
    "nl": r"\w{3,}vrije?\b",
    "tr": r"\w{3,}s[\u0131iu\u00fc]z\b",
}

_ALSO_ENGLISH: Final = frozenset({"no", "non"})


def denies(word: str, languages: Sequence[str]) -> bool:
    """Tell whether a phrase of other languages says of something that it is not there.

    A network that reads a phrase by its vector does not: "kein Bier" is near beer.

    Args:
        word: as it was written.
        languages: those it may be of; where English is among them, it is asked for its own words.
    """
    text = folded(word)
    words = set(re.findall(r"\w+", text))
    patterns = [table[one] for table in (_LETTERS, _ENDINGS) for one in languages if one in table]
    deniers = {denier for one in languages for denier in _WORDS.get(one, ())}
    if len(languages) > 1:
        deniers -= _ALSO_ENGLISH
    denying = deniers & words
    return bool(denying and words - denying) or any(re.search(one, text) for one in patterns)
