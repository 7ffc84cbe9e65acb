"""What a night says it did, and that it adds up."""

# Of the rows that were read, each is in exactly one of these.
FATES = ("inserted", "updated", "unchanged", "rejected", "conflicted",
         "pending")


class Books:
    def __init__(self, entry):
        self.entry = entry
        self.read = entry["read"]
        self.deleted = entry["deleted"]
        for fate in FATES:
            setattr(self, fate, entry[fate])

    @classmethod
    def of(cls, tree, entity=None):
        """From `run -o json`: of the entity, or of the only one there is."""
        entries = [e for e in tree if entity in (None, e["entity"])]
        assert len(entries) == 1, f"books of {entity}: {tree}"
        books = cls(entries[0])
        books.assert_balanced()
        return books

    def assert_balanced(self):
        total = sum(getattr(self, fate) for fate in FATES)
        assert self.read == total, f"books do not balance: {self.entry}"

    def assert_is(self, **counts):
        """Exactly these, and nothing of what is not named."""
        wanted = dict.fromkeys(("read", "deleted", *FATES), 0) | counts
        got = {name: getattr(self, name) for name in wanted}
        assert got == wanted, f"found {got}, expected {wanted}"
