"""Bringing the words of a questionnaire to this site: choose a file, look at every line, accept the terms."""

import base64
import binascii
import hashlib
import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.measures import by_hand, importing
from kindcircle.rooms.measures.actions import import_wording
from kindcircle.rooms.measures.errors import WordsDoNotFit
from kindcircle.rooms.measures.importing import Proposal, Read
from kindcircle.rooms.measures.models import Wording
from kindcircle.spec.instruments import all_instruments

FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class FileForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=gettext_lazy("The file with the questions"),
        help_text=gettext_lazy(
            "From REDCap (dictionary or instrument zip), FHIR (Questionnaire), ReproSchema (zip), LimeSurvey (.lss), "
            "or a CSV you typed. Nothing is kept before you have seen every line and said yes."
        ),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("This file is empty. Please choose another one."),
        },
    )
    language = forms.CharField(
        label=gettext_lazy("Language to read"),
        help_text=gettext_lazy("Such as en, nl or de. Only for a file that holds several."),
        max_length=10,
        required=False,
    )


@page(Permission.WORDING_IMPORT, methods=("GET", "POST"))
def wordings(request: HttpRequest) -> HttpResponse:
    """What is here already, and a form for a file."""
    house = house_of(request)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            return _preview(request, upload.name, upload.read(), language=form.cleaned_data["language"])
        except KindError as error:
            form.add_error("file", error.sentence)
    actor = request.actor  # type: ignore[attr-defined]
    drafts = by_hand.open_drafts(house, by=actor)
    names = seals.names_of([one.typed_by for one in drafts])
    context = {
        "form": form,
        "here": _here(house),
        "drafts": [
            {
                "typed": one,
                "name": by_hand.definition_of(one).name,
                "typist": names[one.typed_by_id],
                "mine": one.typed_by_id == actor.user_id,
            }
            for one in drafts
        ],
        "keys_only": sorted(
            (one.name, one.id) for one in all_instruments(site=settings.SITE_CONTENT) if one.licence.wording == "import"
        ),
    }
    return render(request, "organisation/wordings.html", context, status=422 if form.errors else 200)


@page(Permission.WORDING_IMPORT, about=Wording.objects.select_related("organisation"))
def source(request: HttpRequest, wording: Wording) -> HttpResponse:
    """The file as it came, or the lines as they were typed."""
    name = FILE_NAME.sub("-", wording.source_name).strip("-.") or "questionnaire"
    if hasattr(wording, "typed"):
        name = f"{wording.instrument}-{wording.language}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(wording.source_file), content_type="application/octet-stream", headers=headers)


@page(Permission.WORDING_IMPORT, methods=("POST",))
def accept(request: HttpRequest) -> HttpResponse:
    """Keep the words of one questionnaire, as shown and confirmed."""
    given = request.POST
    name = given.get("name", "")
    try:
        data = base64.b64decode(given.get("data", ""), validate=True)
    except binascii.Error:
        raise WordsDoNotFit(_("The file did not come through. Please choose it again.")) from None
    asked = given.get("asked", "")[:10]
    read = importing.read_file(data, language=asked)
    chosen = next((one for one in read.proposals if one.key == given.get("chosen")), None)
    if chosen is None:
        raise WordsDoNotFit(_("This questionnaire is not in the file. Please choose the file again."))
    confirmed = frozenset(given.getlist("confirmed"))
    instruction = given.get("instruction", "").strip()[:2000]
    problem = ""
    if "terms" not in given:
        problem = _("Please read the terms of the owner and tick that you accept them.")
    else:
        digest = hashlib.sha256(data).hexdigest()
        language = (read.dictionary.language or given.get("language") or "en")[:10]
        try:
            words = importing.accept(
                chosen, confirmed=confirmed, language=language, file=name, digest=digest, instruction=instruction
            )
            import_wording(
                organisation=house_of(request),
                definition=chosen.definition,
                wording=words,
                source_name=name,
                source_bytes=data,
                by=request.actor,  # type: ignore[attr-defined]
                at=clock.now(),
            )
        except WordsDoNotFit as error:
            problem = error.sentence
    if problem:
        return _preview(
            request,
            name,
            data,
            language=asked,
            chosen=chosen.key,
            confirmed=confirmed,
            instruction=instruction,
            problem=problem,
            status=422,
        )
    messages.success(request, _("%(name)s is here now. Groups can be asked.") % {"name": chosen.definition.name})
    return redirect("organisation:wordings")


def _preview(
    request: HttpRequest,
    name: str,
    data: bytes,
    *,
    language: str = "",
    chosen: str = "",
    confirmed: frozenset[str] = frozenset(),
    instruction: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    read: Read = importing.read_file(data, language=language)
    if not read.proposals:
        raise WordsDoNotFit(
            _("We read the file, but found no questionnaire in it that we know: %(forms)s.")
            % {"forms": ", ".join(form.name for form in read.dictionary.forms) or _("no forms")}
        )
    return render(
        request,
        "organisation/wording_preview.html",
        {
            "name": name,
            # The file goes to the browser and back, so that nothing unconfirmed is ever kept here.
            "data": base64.b64encode(data).decode(),
            "read": read,
            "asked": language,
            "proposals": [_shown(one) for one in read.proposals],
            "chosen": chosen,
            "confirmed": confirmed,
            "instruction": instruction,
            "problem": problem,
        },
        status=status,
    )


def _here(house: Organisation) -> list[dict[str, Any]]:
    """Everything that was brought in, with who, when, from where, and whether it is the one in use."""
    rows = list(
        Wording.objects.filter(organisation=house)
        .defer("source_file")
        .select_related("terms_accepted_by", "typed__typed_by", "typed__checked_by")
        .order_by("instrument", "language", "-imported_at", "-pk")
    )
    by_others = [person for row in rows for person in (row.terms_accepted_by, _typed(row, "checked_by")) if person]
    names = seals.names_of(list({person.pk: person for person in by_others}.values()))
    found, seen = [], set()
    for row in rows:
        of = (row.instrument, row.version, row.language)
        checked = _typed(row, "checked_by")
        found.append(
            {
                "wording": row,
                "title": row.words["title"],
                "by": names.get(row.terms_accepted_by_id or 0, ""),
                "checked_by": names[checked.pk] if checked else "",
                "in_use": of not in seen,
            }
        )
        seen.add(of)
    return found


def _typed(row: Wording, field: str) -> User | None:
    typed = getattr(row, "typed", None)
    return getattr(typed, field) if typed else None


def _shown(proposal: Proposal) -> dict[str, object]:
    # A missing instruction has a field of its own instead of a tick.
    remarks = [one for one in proposal.mapping.remarks if one.name != "instruction_missing"]
    return {
        "proposal": proposal,
        "to_confirm": [remark for remark in remarks if remark.weight == "confirm"],
        "notes": [remark for remark in remarks if remark.weight == "note"],
        "licence": proposal.definition.licence,
    }
