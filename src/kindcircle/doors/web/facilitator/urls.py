"""Addresses of the facilitators' pages, all below /desk/."""

from django.urls import path

from kindcircle.doors.web.facilitator import (
    after,
    agreement,
    alerts,
    desk,
    lead,
    messages,
    notes,
    own_care,
    recordings,
    repairs,
    report,
    runsheet,
    supervision,
    tasks,
    unwanted,
)

app_name = "facilitator"
urlpatterns = [
    # The desk and the groups.
    path("", desk.home, name="home"),
    path("groups/<str:code>/", desk.group, name="group"),
    path("groups/<str:code>/ask/", desk.ask, name="ask"),
    path("groups/<str:code>/invite/", desk.invite, name="invite"),
    path("groups/<str:code>/report/", report.report, name="report"),
    path("groups/<str:code>/unwanted/", unwanted.unwanted, name="unwanted"),
    path("unwanted/<str:code>/over/", unwanted.over, name="unwanted-over"),
    # What the group agreed on, and mending what was not kept.
    path("groups/<str:code>/agreement/", agreement.agreement, name="agreement"),
    path("groups/<str:code>/agreement/wording/", agreement.wording, name="agreement-wording"),
    path("proposals/<str:code>/aside/", agreement.aside, name="proposal-aside"),
    path("groups/<str:code>/repairs/", repairs.repairs_of, name="repairs"),
    path("repairs/<str:code>/", repairs.repair, name="repair"),
    # Before and after a meeting.
    path("gatherings/<str:code>/", runsheet.runsheet, name="runsheet"),
    path("gatherings/<str:code>/after/", after.after, name="after"),
    path("gatherings/<str:code>/own-check/", own_care.own_check, name="own-check"),
    # One person's notes alone.
    path("places/<str:code>/notes/", notes.notes, name="notes"),
    path("places/<str:code>/notes.pdf", notes.notes_paper, name="notes-paper"),
    # Care for whoever leads: theirs alone.
    path("care/", own_care.care, name="care"),
    path("care/supervision/", supervision.new, name="supervision-new"),
    path("care/supervision/<str:code>/", supervision.one, name="supervision"),
    # During a meeting.
    path("gatherings/<str:code>/lead/", lead.lead, name="lead"),
    path("gatherings/<str:code>/lead/do/", lead.do, name="lead-do"),
    path("gatherings/<str:code>/lead/people/", lead.people, name="lead-people"),
    path("gatherings/<str:code>/lead/taps/", lead.taps, name="lead-taps"),
    path("gatherings/<str:code>/lead/round/", lead.turns, name="lead-round"),
    path("gatherings/<str:code>/entry-pass/", lead.entry_pass, name="entry-pass"),
    path("gatherings/<str:code>/wall/", lead.wall, name="wall"),
    # Practices in the house's own voice.
    path("recordings/", recordings.recordings, name="recordings"),
    path("recordings/<slug:practice_id>/<slug:version>/<int:seconds>/", recordings.recording, name="recording"),
    path("recordings/<slug:practice_id>/<slug:version>/<int:seconds>/made/", recordings.made, name="recording-made"),
    path("recordings/<str:code>/sound/", recordings.recording_sound, name="recording-sound"),
    path("recordings/<str:code>/take-back/", recordings.recording_take_back, name="recording-take-back"),
    # What waits for a person.
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<str:code>/", tasks.task, name="task"),
    # What members wrote.
    path("messages/", messages.conversations, name="conversations"),
    path("messages/<str:code>/", messages.conversation, name="conversation"),
    # People who ask for someone.
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<str:code>/", alerts.alert, name="alert"),
]
