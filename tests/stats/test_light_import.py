"""Importing the statistics stays light: no Django, no scipy.stats, no optimiser."""

import json
import pkgutil
import subprocess
import sys

import kindcircle.stats

HEAVY = {"django", "pydantic", "pandas", "matplotlib", "scipy.stats", "scipy.optimize", "scipy.integrate"}


def test_every_module_of_stats_loads_without_heavy_company():
    names = [module.name for module in pkgutil.walk_packages(kindcircle.stats.__path__, "kindcircle.stats.")]
    assert "kindcircle.stats.effects.paired" in names
    script = (
        "import importlib, json, sys\n"
        f"for name in {['kindcircle.stats', *names]!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "scipy.special" in loaded
    assert loaded & HEAVY == set()
