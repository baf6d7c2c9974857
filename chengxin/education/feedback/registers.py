"""The register of what the public said (``identity.registers``)."""

from pathlib import Path

from chengxin.lib.sql import statements

FEEDBACK = statements(Path(__file__).resolve().parents[1] / "sql" / "registers.sql")["feedback"]
