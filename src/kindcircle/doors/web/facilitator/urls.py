"""Addresses of the facilitators' pages, all below /desk/."""

from django.urls import path

from kindcircle.doors.web.facilitator import (
    after,
    agreement,
    alerts,
    attendance,
    deciding,
    desk,
    ending,
    forming,
    hand_over,
    intakes,
    lead,
    leaving,
    messages,
    notes,
    one_to_one,
    own_care,
    papers,
    placing,
    plans,
    recordings,
    reminder,
    repairs,
    report,
    review,
    roles,
    runsheet,
    screening,
    supervision,
    talk_times,
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
    # The middle and the end.
    path("groups/<str:code>/review/", review.review, name="review"),
    path("groups/<str:code>/ending/", ending.ending, name="ending"),
    path("groups/<str:code>/letters/<str:to>/", ending.letter, name="closing-letter"),
    path("kept-words/<str:code>/", ending.decide, name="kept-decide"),
    path("groups/<str:code>/circle/", ending.circle, name="circle"),
    path("circle-invitations/<str:code>/admit/", ending.admit, name="circle-admit"),
    # Who asks to come, and groups that are formed of them.
    path("intakes/", intakes.intakes, name="intakes"),
    path("intakes/new/", intakes.new, name="intake-new"),
    path("intakes/<str:code>/", intakes.intake, name="intake"),
    path("intakes/<str:code>/change/", intakes.change, name="intake-change"),
    path("intakes/<str:code>/move/", intakes.move, name="intake-move"),
    path("intakes/<str:code>/apart/", intakes.apart, name="intake-apart"),
    path("intakes/<str:code>/groups/", forming.form_groups, name="form-groups"),
    path("applications/<str:code>/link/", intakes.link, name="application-link"),
    # Before and after a meeting.
    path("gatherings/<str:code>/", runsheet.runsheet, name="runsheet"),
    path("gatherings/<str:code>/reminder/", reminder.reminder, name="reminder"),
    path("gatherings/<str:code>/after/", after.after, name="after"),
    path("gatherings/<str:code>/own-check/", own_care.own_check, name="own-check"),
    # Who came, who was missed, who left.
    path("groups/<str:code>/attendance/", attendance.attendance, name="attendance"),
    path("absences/<str:code>/", attendance.absence, name="absence"),
    path("places/<str:code>/leaving/", leaving.write_down, name="leaving-new"),
    path("leavings/<str:code>/", leaving.leaving, name="leaving"),
    # One person's notes alone.
    path("places/<str:code>/notes/", notes.notes, name="notes"),
    path("places/<str:code>/notes.pdf", notes.notes_paper, name="notes-paper"),
    # Getting people ready.
    path("groups/<str:code>/plans/", plans.plans, name="plans"),
    path("places/<str:code>/plan/", plans.plan, name="plan"),
    path("places/<str:code>/contact/", plans.contact, name="contact"),
    path("places/<str:code>/ready/", one_to_one.one_to_one, name="one-to-one"),
    # Who leads which meeting, who steps in, and what they need to know.
    path("groups/<str:code>/roles/", roles.roles, name="roles"),
    path("groups/<str:code>/stand-in/", roles.stand_in, name="stand-in"),
    path("groups/<str:code>/hand-over/", hand_over.hand_over, name="hand-over"),
    path("gatherings/<str:code>/roles/", roles.roles_of, name="roles-of"),
    path("stand-ins/<str:code>/end/", roles.stand_in_end, name="stand-in-end"),
    # Care for whoever leads: theirs alone.
    path("care/", own_care.care, name="care"),
    path("care/papers/", papers.papers, name="papers"),
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
    # Those who asked to come, and the talk with them.
    path("talks/", screening.queue, name="screening"),
    path("talks/times/<str:code>/", talk_times.offer, name="talk-times"),
    path("talks/times/<str:code>/back/", talk_times.withdraw, name="talk-time-back"),
    path("talks/<str:code>/", screening.applicant, name="applicant"),
    path("talks/<str:code>/place/", placing.place, name="applicant-place"),
    path("talks/<str:code>/note/", deciding.note_talk, name="talk-note"),
    path("talks/<str:code>/answer/<slug:outcome>/", deciding.decide, name="decide"),
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
