"""The search of the catalog, as it stands in an address."""

import pytest

from api.console.videos.catalog import CatalogQuery


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ("", []),
        (" cat , city,", ["cat", "city"]),
        ("no dogs, cats", ["no dogs, cats"]),
        ("cats, dogs not allowed", ["cats, dogs not allowed"]),
    ],
)
def test_tags_stand_between_commas_unless_something_is_not_wanted(
    written: str, tags: list[str]
) -> None:
    assert CatalogQuery(tag=written).tags == tags
