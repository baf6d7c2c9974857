"""The synthetic demo province: people, organisations and record files, clean and dirty."""

from chengxin.demo.generate import TODAY, Manifest, generate, write_penalties_csv, write_population_csv
from chengxin.demo.organisations import ORGANISATIONS

__all__ = ["ORGANISATIONS", "TODAY", "Manifest", "generate", "write_penalties_csv", "write_population_csv"]
