"""A command starts with what it needs: those that look nothing up compile and decode nothing."""

import subprocess
import sys

import pytest

HEAVY = ("av", "fastapi", "numba", "onnxruntime", "scipy", "yt_dlp")


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("jobs", ()),
        ("sensitive", ()),
        ("tags", ()),
        ("videos", ()),
        ("ingest", ("av",)),
        ("recommend", ("numba", "scipy")),
    ],
)
def test_a_command_imports_no_more_than_it_needs(command: str, needed: tuple[str, ...]) -> None:
    asked = (
        f"import sys, api.cli.{command};"
        f" print(*sorted(name for name in {HEAVY} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= set(needed)
