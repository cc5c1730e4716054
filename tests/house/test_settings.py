"""Every setting is documented, strict, and safe when left alone."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kindcircle
from kindcircle.base.lib import env

PACKAGE = Path(kindcircle.__file__).parent
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "settings.md"
# `<name>_FILE` is explained once, for all.
NAME = re.compile(r"KINDCIRCLE_[A-Z_]*[A-Z](?<!_FILE)\b")
READ = re.compile(r"env\.(?:text|flag|number|words)\(\s*\"([A-Z_]+)\"")


def read_in_code() -> set[str]:
    return {name for file in PACKAGE.rglob("*.py") for name in READ.findall(file.read_text(encoding="utf-8"))}


def explained() -> set[str]:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.M)
    assert len(rows) == len(set(rows)), "a setting is explained twice"
    return set(rows)


def test_what_the_code_reads_is_explained_and_the_other_way_round() -> None:
    tests_only = {"KINDCIRCLE_REFERENCE"}
    assert read_in_code() == explained() - tests_only


def test_the_code_names_no_setting_that_nobody_reads() -> None:
    named = {name for file in PACKAGE.rglob("*.py") for name in NAME.findall(file.read_text(encoding="utf-8"))}
    assert len(named) > 15
    assert named - {"KINDCIRCLE_"} <= explained()


def test_settings_are_read_in_one_way_only() -> None:
    """Only `env` looks at the environment; so nothing is parsed twice, in two ways."""
    # All but the first only write to it.
    excused = {"base/lib/env.py", "asgi.py", "wsgi.py", "doors/cli/home.py", "doors/cli/main.py"}
    for file in PACKAGE.rglob("*.py"):
        if file.relative_to(PACKAGE).as_posix() not in excused:
            words = file.read_text(encoding="utf-8")
            assert "os.environ" not in words and "os.getenv" not in words, f"{file} reads the environment by itself"


@pytest.mark.parametrize("word", ["true", "1", "on", "", "Y"])
def test_a_choice_is_yes_or_no(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("KINDCIRCLE_DEMO", word)
    with pytest.raises(env.BadSetting, match="KINDCIRCLE_DEMO"):
        env.flag("KINDCIRCLE_DEMO", default=False)


@pytest.mark.parametrize("word", ["4", "8"])
def test_a_number_may_have_a_lowest_and_a_highest(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("KINDCIRCLE_FELT_FROM", word)
    with pytest.raises(env.BadSetting, match="from 5 to 7"):
        env.number("KINDCIRCLE_FELT_FROM", 5, lowest=5, highest=7)


@pytest.mark.parametrize("word", ["-1", "two", "1.5", "", "0x10"])
def test_a_number_is_a_whole_number(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("KINDCIRCLE_TRUSTED_PROXIES", word)
    with pytest.raises(env.BadSetting, match="whole number"):
        env.number("KINDCIRCLE_TRUSTED_PROXIES", 0)


def test_a_secret_comes_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("KINDCIRCLE_MAIL_PASSWORD", "from the environment")
    monkeypatch.setenv("KINDCIRCLE_MAIL_PASSWORD_FILE", str(tmp_path / "password"))
    assert env.text("KINDCIRCLE_MAIL_PASSWORD") == "from the file"


def test_a_secret_whose_file_is_gone_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KINDCIRCLE_MAIL_PASSWORD_FILE", str(tmp_path / "gone"))
    with pytest.raises(env.BadSetting, match="not there"):
        env.text("KINDCIRCLE_MAIL_PASSWORD")


def settings_say(expression: str, **environment: str) -> str:
    """What the settings come out as in a process of their own, with this environment and no other of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KINDCIRCLE_") and name != "PORT"}
    answer = subprocess.run(
        [sys.executable, "-c", f"from kindcircle import settings as s; print(({expression}))"],
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() if answer.returncode == 0 else answer.stderr.strip().splitlines()[-1]


def test_left_alone_it_is_neither_demo_nor_debug_and_trusts_no_proxy() -> None:
    assert settings_say("s.DEMO, s.DEBUG, s.TRUSTED_PROXIES") == "(False, False, 0)"


def test_https_makes_every_cookie_safe() -> None:
    said = settings_say(
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_NAME[:7], s.SECURE_HSTS_SECONDS > 0",
        KINDCIRCLE_ORIGIN="https://circle.example.org",
    )
    assert said == "(True, True, '__Host-', True)"


def test_an_https_site_answers_to_its_own_name_only() -> None:
    said = settings_say("s.ALLOWED_HOSTS", KINDCIRCLE_ORIGIN="https://circle.example.org")
    assert said == "['circle.example.org']"


def test_a_database_of_another_kind_is_refused_in_words() -> None:
    said = settings_say("s.DATABASES", KINDCIRCLE_DATABASE="mysql://somebody@host/name")
    assert "must start with postgresql://" in said


def test_a_port_in_words_is_refused_in_words() -> None:
    assert "PORT is 'eight'" in settings_say("s.ORIGIN", PORT="eight")


@pytest.mark.parametrize(
    "word", ["localhost", "redis://", "http://host", "unix:relative", "redis://host/name", "redis://h:port"]
)
def test_a_redis_that_cannot_be_is_refused_in_words(word: str) -> None:
    assert "KINDCIRCLE_REDIS must be redis://host" in settings_say("s.REDIS", KINDCIRCLE_REDIS=word)


def test_the_password_of_redis_may_stand_apart_but_not_twice() -> None:
    apart = {"KINDCIRCLE_REDIS_PASSWORD": "a/b@c"}
    assert settings_say("s.REDIS", KINDCIRCLE_REDIS="redis://host:7000/2", **apart) == "redis://:a%2Fb%40c@host:7000/2"
    assert settings_say("s.REDIS", KINDCIRCLE_REDIS="unix:///run/redis.sock", **apart) == (
        "unix://:a%2Fb%40c@/run/redis.sock"
    )
    assert "both hold a password" in settings_say("s.REDIS", KINDCIRCLE_REDIS="redis://:x@host", **apart)
    assert settings_say("s.REDIS") == ""
