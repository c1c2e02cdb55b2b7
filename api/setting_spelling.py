"""Variables of the environment that are nearly a setting."""

from collections.abc import Iterable

from api.settings import EARLIER_NAMES, PREFIX, Settings


def misspelt_settings(environment: Iterable[str]) -> dict[str, str]:
    """Return variables of an environment that are no setting but nearly one, each with that one."""
    from difflib import get_close_matches

    known = [name.upper() for name in (*Settings.__struct_fields__, *EARLIER_NAMES.values())]
    ours = [name.removeprefix(PREFIX) for name in environment if name.startswith(PREFIX)]
    near = {name: get_close_matches(name, known, n=1, cutoff=0.8) for name in ours}
    return {
        f"{PREFIX}{name}": f"{PREFIX}{matches[0]}"
        for name, matches in near.items()
        if matches and name not in known
    }
