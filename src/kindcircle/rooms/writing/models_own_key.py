"""The key that somebody alone holds: what is kept of it here opens nothing by itself."""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User


class OwnKey(models.Model):
    """That somebody's journal and letters are locked in their browser, and the key itself, locked several times over.

    While this row stands, the site takes no readable word of theirs for journal, letters or their drafts.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="own_key")
    # A JSON object: the key as locked by the passphrase, by the recovery code, by a passkey. Sealed once more, so that
    # a stolen database alone gives nobody anything to try passphrases on.
    sealed_keys = models.BinaryField()
    proof = models.CharField(max_length=64, help_text="Digest of what only an open key can tell.")
    version = models.PositiveIntegerField(default=1, help_text="Grows with each change of how the key is locked.")
    on_at = models.DateTimeField()

    class Data:
        private = {"sealed_keys"}
        personal = {"person"}
        operational = {"id", "code", "proof", "version", "on_at"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.person.organisation_id, owner_id=self.person_id)
