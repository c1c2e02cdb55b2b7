"""Eligibility of a campaign for a video: every rule, with the evidence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from engine.targeting.rule_types import CampaignRule, EligibilityReport, TagSeconds
from engine.targeting.rules import RULES


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule.

    Attributes:
        rule: its name.
        passed: whether the campaign may run, as far as this rule goes.
        says: the reason, in a sentence.
        observed: the tags that decided, and when they were seen.
    """

    rule: str
    passed: bool
    says: str
    observed: TagSeconds = field(default_factory=dict, hash=False)


def rule_results(
    report: EligibilityReport, broken: Collection[str], rules: Sequence[CampaignRule] = RULES
) -> tuple[RuleResult, ...]:
    """Return every rule, each with what speaks for or against it.

    Args:
        report: the campaign and the video.
        broken: as ``Targeting.broken_rules`` tells.
        rules: which there are.
    """
    return tuple(RuleResult(one.name, one.name not in broken, *one.says(report)) for one in rules)
