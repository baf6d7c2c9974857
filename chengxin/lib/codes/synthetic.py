"""Which certificate numbers belong to nobody: those that the synthetic population is made of, and what may stand in their place by mistake.

Said of what a cell shows, not of valid numbers alone: a number that was spoilt in a test file still tells that nobody is meant.
"""

import re
import unicodedata
from datetime import date

from chengxin.lib.codes import CODE_RUN, CodeType, examine
from chengxin.lib.regions import TEST_AREA, standard_areas

PASSED_OVER = str.maketrans("", "", "'’`.-‐‑‒–—―_ ")
# The test area was never assigned; UTO is the specimen state of ICAO 9303; serials near nought were never issued, and whoever was
# born on the first day of 1900 never got a residence permit, which is issued since 2018.
PAPERS = re.compile(
    r"UTO[0-9A-Z]*|H0000\d{4}|0000\d{4}|81000019000101\d{3}[0-9X]",
    re.ASCII,
)
_OF_PERSONS = (CodeType.RESIDENT_ID, CodeType.HMT_RESIDENCE_PERMIT, CodeType.FOREIGN_PERMANENT_RESIDENT)


def reads_synthetic(text: str) -> bool:
    """Tell whether what stands in place of a person's number shows that nobody is meant: in any width, with blanks, masked or spoilt."""
    plain = unicodedata.normalize("NFKC", text).translate(PASSED_OVER)
    plain = "".join(plain.split()).upper()
    return plain.startswith(TEST_AREA) or PAPERS.fullmatch(plain) is not None


def holds_real_code(text: str, *, on: date) -> bool:
    """Tell whether a text holds a person's valid 18-digit number that isn't one of ours. Source: safeguards 13 and 21."""
    areas = standard_areas(test_area=False)
    plain = unicodedata.normalize("NFKC", text)
    return any(
        not reads_synthetic(run.group()) and any(examine(kind, run.group(), on=on, areas=areas) for kind in _OF_PERSONS)
        for run in CODE_RUN.finditer(plain)
    )
