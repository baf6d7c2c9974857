"""What Granian loads: ready before the first request. In a process of its own, since loading sets Django and its logs up."""

import os
import subprocess
import sys

from tests.conftest import Register

LOAD = "from chengxin.sharing.documents import glyphs; {before}import chengxin.site.wsgi; print(glyphs.covered.cache_info().currsize)"


def load(register: Register, before: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "chengxin.site.settings"}
    # What kind of installation the database is, is asked before anything is served.
    environment["CHENGXIN_PROCESS_DATABASE"] = register.urls["app"]
    command = [sys.executable, "-c", LOAD.format(before=before)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)


def test_fonts_are_read_before_the_first_report(register: Register) -> None:
    loaded = load(register)
    assert (loaded.stdout, loaded.stderr) == ("1\n", "")


def test_without_fonts_the_site_starts_and_says_so(register: Register) -> None:
    loaded = load(register, "glyphs.FONTS = glyphs.FONTS / 'gone'; ")
    assert loaded.stdout == "0\n"
    assert "make setup" in loaded.stderr
