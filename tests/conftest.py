"""A home of its own for every test process, a database, made-up people, and a real running site.

Room tests ask for `db` (a transaction that is rolled back) or `world` (people and a group inside one). Walks and
browser tests ask for `running_site`: a real server process on the same test database. What those write is committed
and never wiped (the audit record refuses), so each builds a `World` of its own, and they run after all others.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path

import hypothesis
import pytest

# How long one example takes says how busy the machine is. What is fast is measured in bench/, side by side.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
HOME = Path(tempfile.mkdtemp(prefix=f"kindcircle-test-{WORKER}-"))

if "DJANGO_SETTINGS_MODULE" in os.environ:
    raise pytest.UsageError("Please unset DJANGO_SETTINGS_MODULE first: the tests make a home of their own.")

# A developer's own settings must not reach the tests; what says where things lie is left open.
KEPT = {"KINDCIRCLE_DATABASE", "KINDCIRCLE_DATABASE_PASSWORD", "KINDCIRCLE_REFERENCE", "KINDCIRCLE_SCREENSHOTS"}
for name in [name for name in os.environ if name.startswith("KINDCIRCLE_") and name not in KEPT]:
    del os.environ[name]
os.environ.pop("PORT", None)
os.environ["KINDCIRCLE_HOME"] = str(HOME)
# Several test processes whose linear algebra each takes every processor would wait for one another. The first process
# has loaded it by now, through a plugin: tools/test says it earlier.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# The same file as the site's own: a server started on this home serves the test database.
os.environ["KINDCIRCLE_TEST_DATABASE"] = str(HOME / "data" / "kindcircle.sqlite3")
os.environ["DJANGO_SETTINGS_MODULE"] = "kindcircle.settings"

from kindcircle.base.lib import keyfiles, places  # noqa: E402  (the environment comes first, then the keys)

keyfiles.make(places.keys())

import django  # noqa: E402
from django.conf import settings  # noqa: E402

settings.DATA_DIR.mkdir(mode=0o700)
if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
    settings.DATABASES["default"]["TEST"] = {"NAME": f"test_{settings.DATABASES['default']['NAME']}_{WORKER}"}
# Each test client makes its middleware anew, and need not read the names of all the files for that.
settings.WHITENOISE_AUTOREFRESH = True
django.setup()
# Parallel test processes inherit our environment, and they too must make their own home before settings load.
del os.environ["DJANGO_SETTINGS_MODULE"]

from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402

from tests.site import RunningSite, browser, empty_database  # noqa: E402
from tests.tables import lent_to, template_on_postgresql  # noqa: E402
from tests.world import World, make_world  # noqa: E402

__all__ = ["browser", "empty_database"]  # fixtures that live beside the server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips", action="store_true", help="A skipped test fails, unless it misses the reference folder."
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With --no-skips a test that quietly does nothing is told from one that passed."""
    report = yield
    if report.skipped and item.config.getoption("--no-skips") and "reference" not in str(report.longrepr):
        report.outcome = "failed"
    return report


def pytest_unconfigure() -> None:
    """Leave no home behind."""
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Tests that write for good are marked `lasting` and come last: others may count rows.

    Among several processes "last" is not enough, because whoever is done takes tests from the others: tools/test runs
    the two kinds one after the other. Those that ask for the database at all are marked `database`: the others say the
    same beside any, and run once.
    """
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if {"running_site", "committed"} & asked:
            item.add_marker("lasting")
        if {"db", "transactional_db", "django_db_setup"} & asked or item.get_closest_marker("django_db"):
            item.add_marker("database")
    yield
    # Those that need a server to be silent come before the first that starts one.
    items.sort(
        key=lambda item: (
            item.get_closest_marker("lasting") is not None,
            "running_site" in getattr(item, "fixturenames", ()),
        )
    )
    quick = [item for item in items if item.get_closest_marker("lasting") is None]
    items[: len(quick)] = in_shares(quick, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def in_shares(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """The same tests, so that each process begins with its part of the slow ones.

    Each is given a run of equal length, and takes from the others when it is done: somebody who came upon a test of two
    minutes at the very end would be waited for by all.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    others = iter([item for item in items if not item.get_closest_marker("slow")])
    ordered: list[pytest.Item] = []
    for process in range(processes):
        size = (len(items) - len(ordered)) // (processes - process)
        mine = slow[process::processes]
        ordered += [*mine, *islice(others, max(0, size - len(mine)))]
    return [*ordered, *others]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: object, request: pytest.FixtureRequest
) -> Iterator[None]:
    """The test database, with every migration run, and the static files that pages link to."""
    from django.core.management import call_command
    from django.test.utils import setup_databases, teardown_databases

    here = settings.DATABASES["default"]
    lent = nullcontext(False) if connection.vendor == "postgresql" else lent_to(Path(here["TEST"]["NAME"]))
    with django_db_blocker.unblock(), lent as there:  # type: ignore[attr-defined]
        if connection.vendor == "postgresql":
            connection.settings_dict["TEST"]["TEMPLATE"] = template_on_postgresql()
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"}, keepdb=there)
    call_command("collectstatic", verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        teardown_databases(made, verbosity=0)


@pytest.fixture
def world(db: None) -> World:
    """One organisation with a running group, inside the test's own transaction."""
    return make_world()


@pytest.fixture(scope="session")
def running_site(django_db_setup: None, django_db_blocker: object) -> Iterator[RunningSite]:
    """A real server process on the test database. Write rows in the test process as usual: it sees them."""
    site = RunningSite(home=HOME, database_access=django_db_blocker)
    site.start()
    RunningSite.going = site
    yield site
    RunningSite.going = None
    site.stop()


@pytest.fixture(autouse=True)
def _nobody_has_tried_before() -> None:
    """Tries are counted in this process, by address: one test must not lock another out."""
    cache.clear()


@pytest.fixture(autouse=True)
def _open_database_beside_site(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test against the running site may use the database directly, without a transaction around it."""
    if "running_site" not in request.fixturenames:
        yield
        return
    # A ready-made help page that another test had written knows nothing of this test's house.
    for page in (HOME / "help").glob("index*.html"):
        page.unlink(missing_ok=True)
    with request.getfixturevalue("running_site").database():
        yield
