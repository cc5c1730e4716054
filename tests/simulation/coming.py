"""How people find the house, ask to come, are talked with and answered, and say yes: page by page."""

from datetime import datetime
from zoneinfo import ZoneInfo

from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.intake.models import Application, Intake, TalkTime
from tests.simulation.town import DAY, Town

PROGRAMME = "kind-to-a-body-that-hurts/3"
PER_SLOT = 7
# Of those who ask for each time of the week, so many hear "later" instead.
LATER = 1
TALK_HOURS = ("09:00", "16:30")


def offer(town: Town, name: str, *, screeners: list[User], hour: str) -> Intake:
    """The lead offers a programme on four days of the week, with a public page, and opens it."""
    odile = town.browser(town.lead).open("/desk/intakes/").follow("Offer a programme")
    starts = (town.now + 7 * DAY).date().isoformat()
    fill = {"programme": PROGRAMME, "name": name, "place": "", "online": True, "public": True, "starts_about": starts}
    _form, sent = odile.filled("Make the draft", fill | {f"day_{day}": hour for day in range(1, 5)})
    sent["screeners"] = [one.code for one in screeners]
    odile.post(str(odile.answer.url), sent)
    intake = Intake.objects.get(organisation=town.house, name=name)
    odile.press("Open it")
    return intake


def ask(town: Town, intake: Intake, name: str, weekday: int) -> Application:
    """Somebody finds the public page and asks, for one time of the week."""
    visitor = town.stranger().open(f"/come/{intake.code}/")
    fill = {"name": name, "age": "41", "email": f"{name.lower()}@example.org"}
    _form, sent = visitor.filled("Ask to come", fill)
    sent["slot"] = [intake.slots.get(weekday=weekday).code]
    visitor.post(str(visitor.answer.url), sent)
    assert visitor.path.endswith("/thank-you/"), visitor.text
    newest = Application.objects.filter(intake=intake).order_by("pk").last()
    assert newest is not None
    return newest


def offer_talks(town: Town, intake: Intake, screener: User, day: datetime) -> None:
    """A row of half hours on one day."""
    desk = town.browser(screener).open(f"/desk/talks/times/{intake.code}/")
    begins, ends = TALK_HOURS
    where = {"how": "phone", "where": ""}
    desk.press("Offer them", {"day": day.date().isoformat(), "starts": begins, "until": ends, "minutes": "30"} | where)


def fill_in(town: Town, application: Application) -> None:
    """The form in its parts; nothing in it has to be answered."""
    phone = town.browser(application.person).open("/application/").follow("Fill in the form")
    for _ in range(12):
        if any("Send the form" in button.words for form in phone.page.forms for button in form.buttons):
            break
        phone.press("Keep, and go on")
    phone.press("Send the form", {"harm-choice": "no", "danger-choice": "no"})


def book(town: Town, application: Application) -> None:
    """The first time that is still free."""
    phone = town.browser(application.person).open(f"/application/{application.code}/talk/")
    free = TalkTime.objects.filter(intake=application.intake, application=None, starts_at__gt=town.now)
    first = free.order_by("starts_at", "pk").first()
    assert first is not None, "no time is left to talk"
    form = next(form for form in phone.page.forms if any(button.value == first.code for button in form.buttons))
    sent = {name: [value] for name, value in form.fields} | {"time": [first.code]}
    phone.post(str(phone.answer.url), sent)
    assert TalkTime.objects.filter(pk=first.pk, application=application).exists(), phone.text


def answer(town: Town, application: Application, screener: User, outcome: str) -> None:
    """After the talk: decided, with a reason and a letter, and signed."""
    desk = town.browser(screener).open(f"/desk/talks/{application.code}/answer/{outcome}/")
    name = town.names[screener.pk]
    words = {} if outcome == "join" else {"letter": "It was good to talk. In spring there is another group."}
    desk.press("Sign, and send the answer", {"reason": "As we talked.", "signature": name} | words)
    assert desk.status == 200, desk.text


def say_yes(town: Town, person: User) -> None:
    """Both layers, the three questions, the lines to tick, and a name."""
    phone = town.browser(person).open("/consent/").follow("On to the full page")
    phone.follow("On to three short questions").press("Show me how it is").follow("On to my answer")
    form, sent = phone.filled("Yes, I say yes")
    sent["items"], sent["name"] = ["i-have-read", "i-join", "i-keep-private", "may-write"], ["Their name"]
    phone.post(str(phone.answer.url.join(form.action)), sent)


def form_groups(town: Town, intake: Intake, pair: list[User]) -> list[Group]:
    """The proposal of as many groups as can be, each started on its own time of the week."""
    way = "fewest=6&order=asked&at_once=1&seed=oak"
    desk = town.browser(pair[0]).open(f"/desk/intakes/{intake.code}/groups/?{way}")
    presses = [button.words for form in desk.page.forms for button in form.buttons if "Propose" in button.words]
    desk.press(presses[-1])
    number = 1
    while any(f"Start group {number}" in said for said, _to in desk.page.links):
        desk.follow(f"Start group {number}")
        link = f"https://video.example.org/{pair[0].code}"
        desk.press("See all dates", {"owner": pair[0].code, "backup": pair[1].code, "video_link": link})
        desk.press("Start the group")
        number += 1
    return list(Group.objects.filter(intake=intake).order_by("pk"))


def wall_times(group: Group, zone: str, *, besides: set[int]) -> set[tuple[int, int, int]]:
    """At which weekday, hour and minute its meetings begin, on the wall; but for those that were moved."""
    walls = [one.starts_at.astimezone(ZoneInfo(zone)) for one in group.gatherings.exclude(pk__in=besides)]
    return {(one.isoweekday(), one.hour, one.minute) for one in walls}
