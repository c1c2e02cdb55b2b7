"""A key opens what it is for, is stored as a digest only, and closes when it is revoked."""

import pytest

from engine.catalogs.sql.keys import Keys
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.keys import PREFIX, Scope, digest_of
from engine.errors import InvalidInput


@pytest.fixture
def keys(catalog: Catalog) -> Keys:
    return catalog.keys


def test_a_key_is_found_by_its_digest_and_kept_nowhere(keys: Keys, catalog: Catalog) -> None:
    key, secret = keys.create("app", [Scope.READ], per_second=5, now=1.0)
    assert secret.startswith(PREFIX)
    assert len(secret) > 40
    assert keys.by_digest() == {digest_of(secret): key}
    catalog.close()
    for file in catalog.path.parent.glob("catalog.db*"):
        assert secret.encode() not in file.read_bytes()


def test_keys_differ(keys: Keys) -> None:
    secrets = {keys.create("app", [Scope.READ], now=1.0)[1] for _ in range(20)}
    assert len(secrets) == 20


@pytest.mark.parametrize(
    ("scopes", "required", "may"),
    [
        ([Scope.READ], [Scope.READ], True),
        ([Scope.READ], [Scope.INGEST], False),
        ([Scope.READ], [Scope.ADVERTISE, Scope.READ], True),
        ([Scope.ADMIN], [Scope.INGEST], True),
        ([Scope.INGEST, Scope.READ], [Scope.ADMIN], False),
    ],
)
def test_scopes_open_what_they_say(
    keys: Keys, *, scopes: list[Scope], required: list[Scope], may: bool
) -> None:
    key, _ = keys.create("app", scopes, now=1.0)
    assert key.may(required) is may


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(keys: Keys) -> None:
    key, _ = keys.create("app", [Scope.READ], now=1.0)
    session = keys.open_session(key, now=1.0, seconds=100)
    keys.revoke(key.id, now=2.0)
    assert keys.by_digest() == {}
    assert keys.session(session, now=3.0) is None
    assert [one.revoked_at for one in keys.all()] == [2.0]
    with pytest.raises(InvalidInput, match="no key 1 that opens"):
        keys.revoke(key.id, now=3.0)


@pytest.mark.parametrize("number", [7, 10**23, -(10**23)])
def test_a_key_that_is_not_there_cannot_be_revoked(keys: Keys, number: int) -> None:
    with pytest.raises(InvalidInput, match="list of keys"):
        keys.revoke(number, now=1)


def test_a_session_ends_by_time_or_by_hand(keys: Keys) -> None:
    key, _ = keys.create("app", [Scope.READ], now=1.0)
    session = keys.open_session(key, now=1.0, seconds=100)
    assert keys.session(session, now=100.9) == key
    assert keys.session(session, now=101.0) is None
    assert keys.session("rs_guess", now=2.0) is None
    keys.close_session(session)
    assert keys.session(session, now=2.0) is None


@pytest.mark.parametrize(
    ("name", "scopes", "advertiser", "says"),
    [
        (" ", [Scope.READ], "", "needs a name"),
        ("app", [], "", "needs a scope"),
        ("app", [Scope.READ], "acme", "goes with the scope advertise"),
        ("app", [Scope.ADVERTISE], "", "name the advertiser"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(
    keys: Keys, name: str, scopes: list[Scope], advertiser: str, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        keys.create(name, scopes, advertiser=advertiser, now=1.0)
