"""Several hands at the very same moment: one copy, and never a handful of fewer than four."""

from datetime import timedelta

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.sharing import actions, handfuls, looking, queries, review, warmth
from kindcircle.rooms.sharing.errors import LookedAtBefore
from kindcircle.rooms.sharing.models import Handful, Share, Warmth
from kindcircle.spec.ladder import Step
from tests.rooms.together import at_the_same_moment
from tests.world import World, join, make_person

DAY = timedelta(days=1)


def put(world: World, who: User, step: Step, *, key: str = "") -> Share:
    at, key = clock.now() - 2 * DAY, key or codes.new_code()
    looked = looking.proof(words="Amsel", step=step, group=world.group, author=who, key=key, at=at)
    return actions.share(
        words="Amsel", step=step, source=Ref("journal", "x"), group=world.group, author=who, client_key=key,
        looked=looked, by=world.actor(who), at=at,
    )  # fmt: skip


def five_are_in(world: World) -> None:
    """Long enough ago to read what is shared here."""
    for name in ("Wren", "Oluwa", "Mei"):
        person = make_person(world.organisation, name, at=world.at)
        join(world.group, person, Membership.Role.MEMBER, at=world.at)
        world.members.append(person)
    Membership.objects.filter(group=world.group).update(joined_at=clock.now() - 9 * DAY)


def test_two_thumbs_at_once_share_once(committed: World) -> None:
    key = codes.new_code()
    made = at_the_same_moment([lambda: put(committed, committed.member, Step.NAMED, key=key)] * 4)
    assert len({row.pk for row in made}) == 1 and Share.objects.filter(group=committed.group).count() == 1  # type: ignore[attr-defined]


def test_a_handful_that_gathers_while_somebody_takes_back_is_never_too_small(committed: World) -> None:
    five_are_in(committed)
    rows = [put(committed, who, Step.UNNAMED) for who in committed.members[:4]]
    now, by = clock.now(), [committed.actor(who) for who in committed.members]

    def take_back() -> None:
        actions.take_back(share=rows[3], by=by[3], at=now)

    done = at_the_same_moment([lambda: handfuls.gather_due(at=now), take_back, lambda: handfuls.gather_due(at=now)])
    assert not [one for one in done if isinstance(one, Exception)], done
    assert queries.circle(committed.group, by=by[0], at=now).handfuls == []
    assert Share.objects.filter(group=committed.group).count() == 3


def test_two_who_lead_answer_the_last_word_at_once(committed: World) -> None:
    """One of them is first, the other reads so; and the handful goes on once, or not at all."""
    five_are_in(committed)
    ada, bo = (committed.actor(one) for one in committed.facilitators[:2])
    group, now = committed.group, clock.now()
    review.set_reviews(group=group, reviews=True, by=ada, at=now - 3 * DAY)
    rows = [put(committed, who, Step.UNNAMED) for who in committed.members[:5]]
    handfuls.gather_due(at=now)
    for row in rows[:4]:
        review.let_in(group=group, share=row.code, by=ada, at=now)

    def let_in() -> None:
        review.let_in(group=group, share=rows[4].code, by=ada, at=now)

    def give_back() -> None:
        review.give_back(group=group, share=rows[4].code, line="Shall we talk?", by=bo, at=now)

    done = at_the_same_moment([let_in, give_back, let_in, lambda: handfuls.gather_due(at=now)])
    assert len([one for one in done if isinstance(one, LookedAtBefore)]) == 2, done
    assert Handful.objects.get(group=group).answered_at == now
    handfuls.gather_due(at=now + 2 * DAY)
    by = committed.actor(committed.members[0])
    (seen,) = queries.circle(group, by=by, at=now + 2 * DAY).handfuls
    assert len(seen) in (4, 5)


def test_a_sign_and_taking_back_at_once_leave_nothing_behind(committed: World) -> None:
    five_are_in(committed)
    row, now = put(committed, committed.member, Step.NAMED), clock.now()
    own, others = committed.actor(committed.member), [committed.actor(who) for who in committed.members[1:4]]
    jobs = [
        lambda by=by: warmth.send(group=committed.group, share=row.code, sign="heard", by=by, at=now) for by in others
    ]
    at_the_same_moment([*jobs, lambda: actions.take_back(share=row, by=own, at=now)])
    assert not Share.objects.filter(pk=row.pk).exists() and not Warmth.objects.filter(share=row.pk).exists()
