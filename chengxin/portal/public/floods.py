"""How much one network address may send in an hour: counted in this process's memory and nowhere else."""

import time
from collections import Counter


class Flood:
    """Counts what comes from each address in the hour that runs; what was of another hour is forgotten."""

    def __init__(self, an_hour: int) -> None:
        self.an_hour = an_hour
        self.sent: Counter[tuple[int, str]] = Counter()

    def over(self, address: str) -> bool:
        """Count one more from an address, and tell whether that is too much."""
        hour = int(time.time() // 3600)
        for known in [one for one in self.sent if one[0] != hour]:
            del self.sent[known]
        self.sent[hour, address] += 1
        return self.sent[hour, address] > self.an_hour
