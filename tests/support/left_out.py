"""In CI nothing is left out: what is skipped elsewhere, for a part that is missing, fails there."""

import os
from collections.abc import Generator
from typing import TypeVar, cast

import pytest

Report = TypeVar("Report", pytest.CollectReport, pytest.TestReport)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a module that is left out."""
    return _failed_in_ci((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that is left out."""
    return _failed_in_ci((yield))


def _failed_in_ci(report: Report) -> Report:
    # A test that is expected to fail is reported as skipped, too.
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        _, _, reason = cast("tuple[str, int, str]", report.longrepr)
        report.longrepr = f"left out, and CI leaves nothing out: {reason.removeprefix('Skipped: ')}"
    return report
