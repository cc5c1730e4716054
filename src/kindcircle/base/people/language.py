"""The language somebody reads their pages and their mail in."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import Invalid
from kindcircle.base.people.models import User


class NotSpoken(Invalid):
    """A language that the pages do not have."""

    def __init__(self) -> None:
        super().__init__(_("Please choose one of the languages on this page."))


def languages() -> dict[str, str]:
    """Every language of the pages: its code, and its own name for itself."""
    return dict(settings.LANGUAGES)


def spoken(code: str) -> str:
    """The language of this code, or the site's usual one where the pages do not speak it."""
    return code if code in languages() else settings.LANGUAGE_CODE


def choose_language(*, user: User, language: str, by: Actor, at: datetime) -> None:
    """From now on this person's pages and mail speak this language. Raises NotSpoken."""
    require(by, Permission.IN_OWN_NAME, user)
    if language not in languages():
        raise NotSpoken
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(language=language)
        about = log.Ref("person", user.code)
        chain = user.organisation.code
        log.record(Event.LANGUAGE_CHOSEN, by=by, about=about, at=at, chain=chain, concerns=user.code)
