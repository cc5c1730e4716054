"""What a step asks of a body is heard in its words, and words that only sound like it are left in peace."""

import pytest

from kindcircle.spec.practices import Step
from kindcircle.spec.ways import Topic, asks, mentions

ASKED: dict[Topic, list[str]] = {
    "breath": [
        "Follow a few breaths.",
        "Breathe out slowly.",
        "Let the out-breath be long.",
        "Exhale.",
        "Feel it breathing you.",
    ],
    "touch": [
        "Rest a hand on your heart.",
        "Put one hand on your chest, and one on the belly.",
        "You could place a warm hand there.",
        "Give yourself a small hug.",
        "Stroke your arm.",
        "Hold yourself for a bit.",
        "Cup your face.",
        "Cross your arms, if you like.",
        "One hand in the other.",
        "A kind touch may be welcome.",
        "Lay both hands over your belly.",
        "If you like, lay a hand on your sleeve.",
    ],
    "standing": [
        "Stand for a moment.",
        "You could stand up.",
        "Walk slowly.",
        "Take a few slow steps.",
        "You could take a slow step on the spot.",
        "Lie down if you like.",
        "Get up and stretch.",
        "You can lie on your back.",
        "As you walk, feel the ground.",
    ],
    "pictures": [
        "Imagine a friend.",
        "Picture someone kind.",
        "You might picture them for a bit.",
        "See it in your mind.",
        "Let a place appear.",
        "Now picture the room.",
    ],
    "writing": ["Write three lines.", "Jot it down."],
}

LEFT_IN_PEACE = [
    "I understand.",
    "Stand by for a word.",
    "Others stand by you.",
    "Keep a cup at hand.",
    "On the other hand, it is fine.",
    "Hold that thought.",
    "Each word can stand by itself.",
    "We will get in touch.",
    "Your feet touch the floor.",
    "Rest your hands on your thighs.",
    "Hands on the arms of the chair.",
    "Look at a picture.",
    "Choose a picture card.",
    "Words or pictures both do.",
    "If your mind goes off, come back.",
    "What is on your mind?",
    "Keep that in mind.",
    "Bring to mind a friend.",
    "Sit, lie or stand, as you like.",
    "Walk or roll, whichever you do.",
    "From all walks of life.",
    "A warm drink, or a slow walk.",
    "Other people walk past.",
    "That lies ahead.",
    "This is not a lie.",
    "What stands out for you?",
    "Take a stand.",
    "It is one small next step.",
    "You can step out and come back.",
    "No touch is needed.",
    "Touch something near you.",
    "Hold a cup in both hands.",
    "I cannot stand it.",
    "Let that stand.",
    "Stand up for yourself.",
    "Nobody touches another person.",
    "The back of the chair holds you.",
    "It is a long-standing pain.",
    "Let your hands lie in your lap.",
    "For those who did not want to get up today.",
    "You can draw it, or say it, and write nothing.",
]


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic, texts in ASKED.items() for text in texts])
def test_what_is_asked_is_heard_and_nothing_else(topic: Topic, text: str) -> None:
    assert set(mentions(text)) == {topic}


@pytest.mark.parametrize("text", LEFT_IN_PEACE)
def test_words_that_ask_for_nothing_are_left_in_peace(text: str) -> None:
    assert mentions(text) == {}


def test_a_box_to_write_in_and_a_breathing_shape_are_known_by_their_kind() -> None:
    step = {"seconds": 20, "purpose": "rest", "say": "You can rest.", "no_breath": "You can listen."}
    assert set(asks(Step.model_validate(step | {"kind": "write"}))) == {"writing"}
    assert set(asks(Step.model_validate(step | {"kind": "breath"}))) == {"breath"}
    assert asks(Step.model_validate(step | {"kind": "say", "say": "You can write, or not."})) == {}
