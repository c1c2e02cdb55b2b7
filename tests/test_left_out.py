import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = {
    "test_module.py": "pytest.importorskip('nothing_of_this_name', reason='needs: a module')",
    "test_mark.py": "@pytest.mark.skipif(True, reason='needs: a mark')\ndef test(): pass",
    "test_body.py": "def test(): pytest.skip('needs: a body')",
    "test_fixture.py": "@pytest.fixture\ndef part(): pytest.skip('needs: a part')\n"
    "def test(part): pass",
    "test_expected.py": "def test(): pytest.xfail('the machine does not let us')",
    "test_other.py": "@pytest.mark.xfail\ndef test(): assert False\ndef test_passes(): pass",
}


def run(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    for name, content in TESTS.items():
        (folder / name).write_text(f"import pytest\n{content}\n")
    inherited = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "support.left_out", "-p", "no:cacheprovider"),
            *("--continue-on-collection-errors", "--rootdir", folder, "-q", folder),
        ],
        env={
            **inherited,
            "PYTHONPATH": str(Path(__file__).parent),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_whoever_lacks_a_part_leaves_its_tests_out(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == pytest.ExitCode.OK, done.stdout
    assert "1 passed, 4 skipped, 2 xfailed" in done.stdout


def test_in_ci_a_test_that_is_left_out_fails_with_its_reason(tmp_path: Path) -> None:
    done = run(tmp_path, CI="1")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 failed, 1 passed, 2 xfailed, 3 errors" in done.stdout, done.stdout
    for missing in ("module", "mark", "body", "part"):
        assert f"left out, and CI leaves nothing out: needs: a {missing}" in done.stdout
