"""A register that is sealed by hand."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Register
from tests.registering import Sealed


@pytest.fixture
def sealed(register: Register, cluster: tuple[str, Any], tmp_path: Path) -> Sealed:
    return Sealed(register, tmp_path, cluster[0])
