"""The consent text with all its gaps filled: the house's own words, and what the site knows by itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import time_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.rooms.groups.consents import About, about_person
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.intake.consent_texts import (
    HAS_STUDY,
    NATURE,
    NEEDED_ITEMS,
    RESEARCH_ITEM,
    house_gaps,
    layers,
    newest_facts,
    own_nature,
    programmes_of,
    text_name,
)
from kindcircle.spec.programmes import load_programme
from kindcircle.spec.texts import ContentError, Handout, Item


@dataclass(frozen=True, slots=True)
class Filled:
    """Both layers as somebody reads them, and the lines they may tick. `number` is the version of the house's words."""

    name: str
    number: int
    short_title: str
    short: str
    full_title: str
    full: str
    needed: tuple[Item, ...]
    free: tuple[Item, ...]
    research: Item
    has_study: bool

    @property
    def short_html(self) -> SafeString:
        return as_html(self.short, deeper=1)

    @property
    def full_html(self) -> SafeString:
        return as_html(self.full)

    @property
    def full_deeper(self) -> SafeString:
        """The same under a heading of its own."""
        return as_html(self.full, deeper=1)

    @property
    def shown(self) -> dict[str, str]:
        """What is kept with a yes, word for word."""
        lines = {item.id: item.text for item in (*self.needed, *self.free, self.research)}
        return {"short": self.short, "full": self.full} | lines


def text_for(person: User) -> Filled:
    """The text as it concerns this person: their own groups, or what they asked to come to."""
    newest = newest_facts(person.organisation)
    facts, number = (newest.facts, newest.number) if newest else ({}, 0)
    return filled(person.organisation, about_person(person), facts, number)


def preview_for(organisation: Organisation, facts: Mapping[str, str], number: int) -> Filled:
    """The text as somebody of no group in particular would read it, with a sign where a gap is still empty."""
    newest = Group.objects.filter(organisation=organisation).order_by("-created_at").first()
    whole = {gap: str(facts.get(gap, "")).strip() or _("[still to be filled in]") for gap in house_gaps()}
    about = About((newest,) if newest else (), ())
    return filled(organisation, about, {**facts, **whole}, number)


def filled(organisation: Organisation, about: About, facts: Mapping[str, str], number: int) -> Filled:
    """Both layers with these words in their gaps."""
    short, full = layers()
    known = {
        "programme": _and(_titles(about)) or _("our group"),
        "leaders": _leaders(about.groups),
        "meetings": _meetings(about),
        "staffed_hours": hours_of(organisation),
        NATURE: _nature(about, facts),
    }
    values = {gap: str(facts.get(gap, "")) for gap in house_gaps()} | known
    items = {item.id: item for item in full.items}
    return Filled(
        name=text_name(),
        number=number,
        short_title=short.title,
        short=_fill(short, values),
        full_title=full.title,
        full=_fill(full, values),
        needed=tuple(items[one] for one in NEEDED_ITEMS),
        free=tuple(one for one in full.items if one.id not in (*NEEDED_ITEMS, RESEARCH_ITEM)),
        research=items[RESEARCH_ITEM],
        has_study=bool(facts.get(HAS_STUDY)),
    )


def natures(organisation: Organisation) -> list[tuple[str, str]]:
    """The programmes of this house, for which it may say something of their own: the key and the title of each."""
    return [(own_nature(name), _title(name, version)) for name, version in programmes_of(organisation).items()]


def hours_of(organisation: Organisation) -> str:
    """The staffed hours as a sentence, on the clock of the house."""
    names = dict(
        zip("1234567", (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
                        _("Sunday")), strict=True)
    )  # fmt: skip
    days = organisation.staffed_days
    every = _("Every day") if len(days) == 7 else _and([names[day] for day in days])
    opens, closes = (time_format(one, "H:i") for one in (organisation.staffed_from, organisation.staffed_until))
    if opens == closes:
        return _("%(days)s, day and night.") % {"days": every}
    given = {"days": every, "opens": opens, "closes": closes, "zone": organisation.zone}
    return _("%(days)s, from %(opens)s to %(closes)s, on the clock of %(zone)s.") % given


def _fill(handout: Handout, values: Mapping[str, str]) -> str:
    return handout.fill({gap: values[gap] for gap in handout.fields})


def _titles(about: About) -> list[str]:
    return [_title(name, version) for name, version in about.programmes]


def _title(name: str, version: str) -> str:
    try:
        return load_programme(name, version).title
    except ContentError:
        return name


def _nature(about: About, facts: Mapping[str, str]) -> str:
    """What it is: in the house's words for this programme, else in those for all."""
    said = [str(facts.get(own_nature(name)) or facts.get(NATURE, "")) for name, _version in about.programmes]
    return " ".join(dict.fromkeys(said)) or str(facts.get(NATURE, ""))


def _leaders(groups: tuple[Group, ...]) -> str:
    people = [place.user for group in groups for place in present_places(group, Membership.Role.FACILITATOR)]
    names = seals.names_of(list({one.pk: one for one in people}.values()))
    if not names:
        return _("We tell you their names as soon as your group is set.")
    return _and(list(names.values())) + "."


def _meetings(about: About) -> str:
    said = []
    for name, version in about.programmes:
        try:
            plan = load_programme(name, version)
        except ContentError:
            continue
        number = sum(session.counts for session in plan.sessions)
        words = ngettext(
            "It meets %(n)s time, for %(minutes)s minutes.",
            "It meets %(n)s times, for %(minutes)s minutes each.",
            number,
        )
        said.append(words % {"n": number, "minutes": plan.session_minutes})
    return " ".join(dict.fromkeys(said)) or _("We tell you when and how often as soon as your group is set.")


def _and(words: list[str]) -> str:
    return (
        _("%(most)s and %(last)s") % {"most": ", ".join(words[:-1]), "last": words[-1]} if words[1:] else "".join(words)
    )
