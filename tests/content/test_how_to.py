"""The guide for writing a programme, followed to the letter by somebody who only types what it says."""

import re
import subprocess
from pathlib import Path

import httpx
import pytest

from kindcircle.spec.gate import RULES
from tests.content import own
from tests.doors.cli.test_commands import KINDCIRCLE, Running, clean_environment
from tests.site import free_port

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "write-a-programme.md"


def commands() -> list[str]:
    """What the guide tells people to type, in order."""
    blocks = re.findall(r"```console\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


def type_in(command: str, *, home: Path) -> subprocess.CompletedProcess[str]:
    path = f"{KINDCIRCLE.parent}:/usr/bin:/bin"
    return subprocess.run(
        command,
        shell=True,
        env=clean_environment(home, PATH=path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_guide_tells_people_to_type_four_things() -> None:
    begin, look, check, release = commands()
    assert begin.startswith("kindcircle content new programme ")
    assert look == "kindcircle run --demo"
    assert check == "kindcircle content check --site"
    assert release == "kindcircle content release --site"


@pytest.mark.slow
def test_from_the_first_command_to_a_released_programme(tmp_path: Path) -> None:
    home = tmp_path / "home"
    begin, look, check, release = commands()

    begun = type_in(begin, home=home)
    assert begun.returncode == 0, begun.stderr
    programme = home / "content" / "programmes" / "my-five-weeks" / "1"
    for file in re.findall(r"^\| `([^`]+)` \|", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE):
        assert (programme / file).is_file(), file
    assert type_in(begin, home=home).returncode == 1, "a programme that is there is never written over"

    checked = type_in(check, home=home)
    assert checked.returncode == 0, checked.stdout
    assert "Still to write" in checked.stdout

    site = Running(*look.split()[2:], home=home, port=free_port())
    try:
        [address] = re.findall(r"Its address is `([^`]+)`", GUIDE.read_text(encoding="utf-8"))
        with httpx.Client(base_url=site.url, follow_redirects=True, timeout=60) as browser:
            browser.get(re.findall(r"http\S+/demo/enter/\S+/", site.said())[0])
            assert "Your own drafts" in browser.get("/words/programmes/").text
            page = browser.get(address)
            assert page.status_code == 200
            assert "My five weeks" in page.text
            assert "still to be written" in page.text
            assert browser.get(f"{address}5/").status_code == 200
            talk = programme / "session-1-talk.md"
            talk.write_text("Tea is poured. We wait until it is cool.\n", encoding="utf-8")
            assert "Tea is poured." in browser.get(f"{address}1/").text
    finally:
        site.stop()

    refused = type_in(release, home=home)
    assert refused.returncode == 1
    assert "Nothing was released." in refused.stderr
    for file in programme.iterdir():
        file.write_text(re.sub(r"\[\[.*?\]\]", "This is ours.", file.read_text(encoding="utf-8")), encoding="utf-8")
    released = type_in(release, home=home)
    assert released.returncode == 0, released.stdout + released.stderr
    assert "16 files added to RELEASED.sha256." in released.stdout


def test_the_example_of_a_finding_is_what_the_check_says(tmp_path: Path) -> None:
    [example] = re.findall(r"```text\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    own.write(tmp_path / "content")
    use = "practice: p22-soles-of-the-feet, version: '2', seconds: 300"
    own.put(tmp_path / "content", 3, "practice-a", "practice", use)
    easing = "practice: p01-three-part-pause, version: '2', seconds: 180"
    own.put(tmp_path / "content", 3, "practice-a", "gentler", easing)
    said = type_in(f"kindcircle content check {tmp_path / 'content'}", home=tmp_path / "home").stdout
    for line in example.replace("my-five-weeks", "five-weeks").splitlines():
        assert line in said, said


def test_the_example_of_a_waiver_can_be_waived() -> None:
    rules = re.findall(r"^    rule: (\S+)$", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert rules
    assert all(RULES[rule].waivable for rule in rules)
