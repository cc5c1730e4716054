"""Addresses of the organisation's pages, all below /organisation/."""

from django.urls import path

from kindcircle.doors.web.organisation import (
    checklist,
    circles,
    consent,
    evidence,
    hours,
    house,
    landed,
    lines,
    look,
    mail_rule,
    measures,
    person_holds,
    ready,
    releases,
    retention,
    rota,
    staff,
    starting,
    supervision,
    team,
    together,
    trial_results,
    trials,
    venues,
    wording,
    wording_by_hand,
)

app_name = "organisation"
urlpatterns = [
    path("", house.home, name="home"),
    path("staff/", staff.staff, name="staff"),
    path("staff/invite/", house.invite, name="invite"),
    path("staff/<str:code>/", staff.colleague, name="staff-one"),
    path("groups/start/", starting.start_group, name="start-group"),
    path("groups/start/<str:code>/", starting.start_formed, name="start-formed"),
    # What only this house can say in the consent text.
    path("consent/", consent.consent, name="consent"),
    path("consent/preview/", consent.preview, name="consent-preview"),
    path("consent/paper/", consent.paper, name="consent-paper"),
    # The numbers people can call.
    path("help-lines/", lines.lines, name="lines"),
    path("help-lines/<str:code>/dialled/", lines.check, name="line-check"),
    path("help-lines/<str:code>/remove/", lines.remove, name="line-remove"),
    # Where the house meets, and how its pages speak and look.
    path("rooms/", venues.places, name="venues"),
    path("rooms/new/<str:kind>/", venues.new, name="venue-new"),
    path("rooms/<str:code>/", venues.change, name="venue"),
    path("look/", look.look, name="look"),
    # When somebody is there, and what mail may go out.
    # What is kept, and what comes after a group.
    path("keeping/", retention.times, name="keeping"),
    path("keeping/<str:code>/", retention.hold, name="hold"),
    path("holds/people/", person_holds.person_holds, name="person-holds"),
    path("holds/people/<str:code>/", person_holds.person_hold, name="person-hold"),
    path("holds/<str:code>/lift/", retention.lift, name="lift"),
    path("circles/", circles.invite, name="circles"),
    path("talks/", checklist.checklist, name="checklist"),
    path("hours/", hours.hours, name="hours"),
    path("mail/", mail_rule.mail_rule, name="mail-rule"),
    path("rota/", rota.rota, name="rota"),
    path("ready/", ready.ready, name="ready"),
    # The people who lead.
    path("team/", team.team, name="team"),
    path("team/<str:code>/", team.colleague, name="colleague"),
    path("team/<str:code>/end/", team.end, name="colleague-end"),
    path("practices-land/", landed.practices_land, name="practices-land"),
    path("supervision/", supervision.supervision, name="supervision"),
    path("together/", together.together, name="together"),
    # Ended groups of a programme, side by side.
    path("evidence/", evidence.programmes, name="evidence"),
    path("evidence/<slug:programme>/", evidence.programme, name="evidence-of"),
    path("evidence/<slug:programme>/report.pdf", evidence.programme_paper, name="evidence-paper"),
    path("evidence/<slug:programme>/report.json", evidence.programme_record, name="evidence-record"),
    # Coded rows for research.
    path("research/", releases.releases, name="releases"),
    path("research/<str:code>/", releases.release, name="release"),
    path("research/<str:code>/take/", releases.take, name="release-take"),
    # A draw over an offer, and what came of it.
    path("trials/", trials.all_trials, name="trials"),
    path("trials/new/<str:code>/", trials.new, name="trial-new"),
    path("trials/<str:code>/", trials.trial, name="trial"),
    path("trials/<str:code>/results/", trial_results.results, name="trial-results"),
    path("trials/<str:code>/flow.svg", trial_results.flow_picture, name="trial-flow"),
    path("trials/<str:code>/report.pdf", trial_results.results_paper, name="trial-paper"),
    path("trials/<str:code>/record.json", trial_results.record, name="trial-record"),
    # All questionnaires, and the words of those of others.
    path("measures/", measures.measures, name="measures"),
    path("measures/<slug:instrument>/", measures.measure, name="measure"),
    path("wordings/", wording.wordings, name="wordings"),
    path("wordings/accept/", wording.accept, name="wording-accept"),
    path("wordings/by-hand/", wording_by_hand.begin, name="wording-begin"),
    path("wordings/by-hand/<str:code>/", wording_by_hand.typing, name="wording-typed"),
    path("wordings/by-hand/<str:code>/check/", wording_by_hand.check, name="wording-check"),
    path("wordings/<str:code>/file/", wording.source, name="wording-file"),
]
