"""Pages that several kinds of people share stand in the house of whoever asks."""

from kindcircle.base.access import Actor

STAFF, HOUSE, OWN = "base_facilitator.html", "base_organisation.html", "base_member.html"


def base_for(actor: Actor) -> str:
    """A facilitator's desk, the organisation's pages or a member's own."""
    leads = actor.facilitates or actor.roles & {"facilitator", "safety-lead"}
    return STAFF if leads else HOUSE if actor.roles else OWN
