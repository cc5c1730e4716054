"""Imports run one way, and the machine that watches over it is awake."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).parent / "lint-imports"

# Something that is really imported, forbidden: the linter has to say so.
AWAKE = """
[importlinter]
root_package = kindcircle

[importlinter:contract:awake]
name = Safety knows nothing of the vault
type = forbidden
source_modules = kindcircle.rooms.safety
forbidden_modules = kindcircle.base.vault
"""


def lint(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINT), "--no-cache", "--no-logo", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_every_contract_is_kept() -> None:
    answer = lint()
    assert answer.returncode == 0, answer.stdout
    assert "0 broken" in answer.stdout


def test_the_linter_notices_a_forbidden_import(tmp_path: Path) -> None:
    contract = tmp_path / "awake.ini"
    contract.write_text(AWAKE)
    answer = lint("--config", str(contract))
    assert answer.returncode == 1, answer.stdout
    assert "1 broken" in answer.stdout
