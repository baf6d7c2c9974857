"""How many persons a batch has at most, and each of its parts, which is answered in one transaction."""

MOST_PERSONS, MOST_IN_PART = 100_000, 1_000
