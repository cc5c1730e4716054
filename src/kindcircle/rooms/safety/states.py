"""The life of an alert: which step may follow which. Whether a person may take the step is asked apart, by access."""

from kindcircle.rooms.safety.models import Alert

State = Alert.State

MOVES: dict[Alert.State, frozenset[Alert.State]] = {
    State.RAISED: frozenset({State.DELIVERED, State.SEEN}),
    State.DELIVERED: frozenset({State.SEEN}),
    State.SEEN: frozenset({State.ACTING, State.RAISED}),
    State.ACTING: frozenset({State.CONTACTED, State.NOT_REACHED, State.RAISED}),
    State.CONTACTED: frozenset({State.CLOSED}),
    State.NOT_REACHED: frozenset({State.ACTING, State.CONTACTED, State.CLOSED, State.RAISED}),
    State.CLOSED: frozenset({State.REVIEWED}),
    State.REVIEWED: frozenset(),
}

UNSEEN = (State.RAISED, State.DELIVERED)
"""Nobody has opened it yet."""

SETTLED = (State.CONTACTED, State.CLOSED, State.REVIEWED)
"""Somebody talked with the member, or nothing more is to be done: what is answered afterwards is a new alert."""

WITHOUT_CONTACT = (State.SEEN, State.ACTING, State.NOT_REACHED)
"""Somebody knows, and nobody has reached the member yet."""

SAYS = {
    State.RAISED: "An answer asked for a person",
    State.DELIVERED: "A message left the house, or a page showed it",
    State.SEEN: "Somebody opened it",
    State.ACTING: "Somebody is on it",
    State.CONTACTED: "The member was reached",
    State.NOT_REACHED: "The member could not be reached",
    State.CLOSED: "Closed with a reason and a note",
    State.REVIEWED: "A safety lead has looked back on it with the others of the week",
}


def may(state: str, to: Alert.State) -> bool:
    """Whether an alert in this state can take this step."""
    return to in MOVES[State(state)]


def as_markdown() -> str:
    """The table as a diagram, for docs/reference/states.md."""
    lines = [
        "# States",
        "",
        "Made from the tables in the code; a test compares. The state allows a step or not; who may take it is",
        "another question (access.md).",
        "",
        "## Alert",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> raised",
        *(f"    {_name(state)} --> {_name(to)}" for state in State for to in State if to in MOVES[state]),
        "    reviewed --> [*]",
        "```",
        "",
        "| State | What it means | May become |",
        "|---|---|---|",
        *(
            f"| {state} | {SAYS[state]} | {', '.join(to for to in State if to in MOVES[state]) or 'nothing more'} |"
            for state in State
        ),
        "",
    ]
    return "\n".join(lines)


def _name(state: Alert.State) -> str:
    return state.value.replace("-", "_")
