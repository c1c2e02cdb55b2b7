"""Limit to what is spent in vain."""

from ingest.taggers.text.budget import ADVANCE, PIXELS_A_SECOND, PROBE_PIXELS, Budget


def test_a_look_without_a_sign_waits_until_it_is_paid_for() -> None:
    budget = Budget()
    assert budget.can_pay_at(0) == 0
    assert budget.can_pay_at(5 * PIXELS_A_SECOND) == 5
    budget.spend(2 * PIXELS_A_SECOND)
    assert budget.can_pay_at(5 * PIXELS_A_SECOND) == 7


def test_what_was_spent_in_vain_comes_back_with_time() -> None:
    budget = Budget()
    assert budget.can_probe(0)
    budget.spend(100 * PIXELS_A_SECOND, n_strips=10)
    assert not budget.can_probe(0)
    assert budget.can_probe(200)


def test_a_glance_is_advanced_as_long_as_it_fits() -> None:
    budget = Budget()
    budget.spend(ADVANCE - PROBE_PIXELS)
    assert budget.can_probe(0)
    budget.spend(1)
    assert not budget.can_probe(0)
    assert budget.can_probe(1)
