"""The words of the skeletons: what a new programme or practice holds before its author has written anything."""

FRAME = """\
# The frame of your programme. A line that begins with # is a note for you; people never see it.
# Words between [[ and ]] are hints. Put your own words in their place, and take the brackets away.
# Look at what you have at any time:   kindcircle content check --site
id: {id}
version: "1"
title: {title}
subtitle: >-
  [[ One line for members. What is it, for how many weeks, and for whom? ]]
for_whom: >-
  [[ Two or three short sentences. Who is it for? What do they need to bring, and what not? ]]
# Who should wait, or find another place first. A person decides this in a talk, never a score alone.
not_now:
  - A crisis that needs care today. Help comes first, and the group can wait.
  - "[[ One line for each further reason to wait. ]]"
facilitators: >-
  One person leads. With eight members or more, or online, there is a second one, the holder. The holder
  watches over people and time. Both practise themselves. Both have supervision and a clinician
  to call. [[ Say what else somebody needs to know to lead this. ]]
# closed: the same people from start to end. open: anyone may come on the day, and only gentle lengths are used.
form: closed
# facilitator, clinician or peer. A few practices may be led by a clinician only.
led_by: facilitator
weeks: {weeks}
session_minutes: {minutes}
size:
  min: 6
  max: 10
  online_max: 10
# What counts as having taken part. The words are always shown beside the figure.
completion:
  attend: {attend}
  of: {weeks}
  words: Coming to at least {attend} of the {weeks} meetings counts as the whole course.
depth_note: >-
  Week 1 stays with what people notice in practice. Weeks 2 and 3 may touch everyday difficulty.
  Later weeks may name a theme of harsh self-talk. The guide always shares one step less deep than asked.
safety:
  - Every practice can be done lying, sitting or standing. Moving is always fine.
  - Kindness can bring up old hurt. Ground first, then the person, then the plan.
  - Anyone at 3 or less for steadiness, or who asks for contact, hears from you the same day.
  - "[[ What do people with this kind of trouble need you to keep in mind? One line for each. ]]"
# Where ideas come from: authors, year and journal. Please add what your own programme stands on.
credits:
  - What research on such courses found. Ferrari et al. (2019). Mindfulness 10, 1455.
  - All words and session plans here are our own.
  - Some ideas come in part from Buddhist thought. They are used here without any religion.
# The questionnaires, and when. The first one before the start is what the programme is measured by.
measures:
  - occasion: baseline
    within_days: 14
    instruments: [scs-sf-12, who-5]
  - occasion: session
    moment: before
    instruments: [arrival-check]
  - occasion: session
    moment: after
    instruments: [after-session]
  - occasion: post
    within_days: 7
    instruments: [scs-sf-12, who-5]
sessions:
{sessions}
"""

SESSION = """\
# One meeting. The minutes of the slots add up to the minutes of the meeting.
number: {number}
theme: {theme}
aim: {aim}
minutes: {minutes}
# How deep sharing may go: 2 in the first meeting, 3 in the next two, then 4.
max_depth: {depth}
agenda:
  # The opening can be made shorter. It is never left out.
  - id: open
    kind: open
    title: Arriving together
    minutes: {minutes_open}
    practice: {opening}
    gentler: {opening_short}
    script: |
      Welcome. It is good that you are here. You can take part in your own way, and pass any time.
      {ending}
    holder: Greet each person by name. Note who is missing, and who looks worn.
    online: Ask each person to check the sound, and if they are alone in the room.
    in_person: Set out the chairs so that everybody can see the door.
  - id: checkin
    kind: checkin
    title: How are we here?
    minutes: {minutes_checkin}
    script: |
      {hello}
      We go round once. A word or two is plenty, and you can pass. I will go first.
      [[ Is there something you want to ask about the week at home? ]]
    holder: Keep the time. Let the guide know if someone passes twice.
    handouts: {pages}
    prompt:
      text: What sort of weather is it in you today?
      depth: 1
      mode: round
  - id: teach
    kind: teach
    title: {theme}
    minutes: {minutes_teach}
    script: |
      Give the talk that comes with this session. Stop once for a word from the group.
    holder: Watch faces. If someone looks far away, say their name softly to the guide.
  # The practice of the day. If it is too much today, the gentler one is one tap away.
  - id: practice-a
    kind: practice
    title: {first_title}
    minutes: {minutes_practice_a}
    practice: {first}
    gentler: {easing_first}
    script: |
      Say what comes, and how long it takes. You can stop, look round, or step out. All three are fine.
      [[ Add a sentence that links this to your talk. ]]

      After the end, wait for a minute. People may want to stretch or drink.
    holder: You do not practise now. Answer private taps at once.
  - id: sharing
    kind: sharing
    title: What did you notice?
    minutes: {minutes_sharing}
    script: |
      What did you notice? And how did you meet it?
      We speak one at a time, and we give no advice. You can pass. You can come back later.
      If it was hard, that is as welcome as if it was easy.
    holder: Keep turns to 90 seconds. Steer long stories back, kindly, to what was noticed today.
    prompt:
      text: What did you notice, and how did you meet it?
      depth: 2
      mode: round
  # Something small to take home.
  - id: practice-b
    kind: practice
    title: {second_title}
    minutes: {minutes_practice_b}
    practice: {second}
    gentler: {easing_second}
    script: |
      Now something small that fits into a day. You can do it, watch, or rest.
    holder: Offer the gentler one by name to anyone who looks tired.
  - id: home
    kind: home
    title: This week at home
    minutes: {minutes_home}
    script: |
      There is a kind minimum for a hard week, and a usual one. Both count the same.
      Look at your week. When might it fit? If it does not fit, leave it, and be kind about that too.
    holder: Note who looks burdened by this. Offer the minimum by name.
    handouts: {card}
  # The closing can be made shorter. It is never left out. If time is short, sharing is cut.
  - id: close
    kind: close
    title: Leaving gently
    minutes: {minutes_close}
    practice: {closing}
    gentler: {closing_short}
    script: |
      We end with the ground, a word if you like, and a wish.
      Please answer the four short questions before you go. Your answers change what we do.
      If you feel shaky, stay for five minutes. One of us will sit with you.
    holder: Look at steadiness as it comes in. Anyone at 3 or less is invited to stay, and gets a call today.
talk:
  title: {theme}
  script_file: session-{number}-talk.md
  handout_file: session-{number}-handout.md
  handout_title: {theme}
home:
  minimum:
    words: Feel the ground under you for one minute, once or twice this week.
    how_often: Once or twice this week
    times_a_week: 1
    practice: {minimum}
  usual:
    - words: "{second_title}, on three days. Choose a time that suits the day."
      how_often: On three days
      times_a_week: 3
      practice: {usual}
  at_need: {at_need}
safety:
  - "[[ What might be hard in this meeting, and what will you do then? One line for each. ]]"
"""

TALK = """\
## {theme}

[[ Begin with a moment from daily life that the people in your group know well. Three or four short sentences. ]]

## Why it matters

[[ One idea, in plain words. Say what is known and how sure it is. Leave out what nobody has checked. ]]

> **Ask the group.** [[ One light question that can be answered in a word. ]]

## What comes next

[[ Say what the practice is, how long it takes, and that people can stop, look round or step out. ]]
"""

HANDOUT = """\
{aim}

[[ One page to take home. Four to eight short sentences, or a list with three lines. Speak to one person. ]]

**This week.** [[ Say what they could try, and that less is fine. ]]
"""

PRACTICE = """\
---
# A practice of your own. A line that begins with # is a note for you; people never see it.
# Words between [[ and ]] are hints. Put your own words in their place, and take the brackets away.
id: {id}
number: {number}
version: "1"
title: {title}
purpose: >-
  [[ What it is for, in one line. ]]
# One or more of: self-kindness, common-humanity, mindfulness, soothing, compassion-to-others,
# compassion-from-others, fierce-self-compassion, grounding
elements: [mindfulness]
kind: informal
settings: [solo, group]
posture: [any]
# How much it may stir people up: low, medium or high. From medium on it needs an easier practice.
backdraft: low
easier:
  practice: p22-soles-of-the-feet
  words: Feel the ground under you in place of this, for as long as you like.
cautions:
  - "[[ Who may find this hard, and what can you offer them? ]]"
exits:
  - You can stop at any point and simply rest.
  - You can look round the room and come back later, or not at all.
  - In a group you can step out, or tap please come. On your own you can close the page.
evidence:
  line: >-
    No study has tested this alone. [[ What is known about things like it, in one honest line? ]]
  # Authors, year and journal.
  sources:
    - What research on such courses found. Ferrari et al. (2019). Mindfulness 10, 1455.
# The same practice for different bodies and lives. All seven are written out.
access:
  no_touch: Nothing here asks for touch. [[ Or say what changes. ]]
  no_breath: The breath is left alone. [[ Or say what changes. ]]
  eyes_open: Rest your gaze on one thing that you like to look at. [[ Or say what changes. ]]
  seated: All of it can be done in a chair or in bed. [[ Or say what changes. ]]
  hard_of_hearing: Each line is on the screen as it is spoken. The end can be seen and felt.
  low_vision: Each line is read out. Nothing here has to be seen.
  low_literacy: There is nothing to read or write. Each line is spoken.
before: This takes two minutes. You can stop at any time. [[ Say in a line what people will do. ]]
after: What was that like? You can also leave this blank.
ending: Thank you for giving it a try.
# Steps add up to the seconds of their length. Leave room: one or two words a second at the most.
# A step that speaks of breath also has no_breath; of touch, no_touch; of standing or lying down, seated;
# of inner pictures, eyes_open. These words are heard in place of the usual ones.
durations:
  - seconds: 120
    steps:
      - seconds: 25
        purpose: begin
        kind: say
        say: This takes two minutes. You can stop at any point. [[ Say what comes. ]]
      - seconds: 35
        purpose: look
        kind: say
        say: If you like, look round and find one thing that is pleasant to see. [[ Or your own first step. ]]
      - seconds: 35
        purpose: stay
        kind: say
        say: You could stay with it for a little. What do you notice? [[ Or your own second step. ]]
      - seconds: 25
        purpose: return
        kind: say
        say: Now come back to the room, at your own pace. Thank you. [[ Or your own last step. ]]
---
## How to lead it

[[ Two or three sentences for whoever leads it. ]]

## What to watch for

[[ What may come up, and what helps then? ]]
"""
