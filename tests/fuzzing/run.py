"""Coverage-guided fuzzing of one target: ``python -m tests.fuzzing.run TARGET FOLDER [options of libFuzzer]``.

Without arguments it names the targets. The corpus grows in FOLDER; what breaks a target is written beside it.
``make fuzz`` runs every target in an environment of its own.
"""

import os
import sys
from pathlib import Path

import atheris

# How much any single input may need; more is a find.
BOUNDS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=16384", "-close_fd_mask=0")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    with atheris.instrument_imports(include=["chengxin"], enable_loader_override=False):
        import django

        django.setup()
        from tests.fuzzing.seeds import finds, seeds
        from tests.fuzzing.targets import TARGETS

    if len(sys.argv) == 1:
        sys.stdout.write("\n".join(TARGETS) + "\n")
        return
    target, folder, *options = sys.argv[1:]
    corpus = Path(folder) / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate([*seeds(target), *(find.read_bytes() for find in finds(target))]):
        (corpus / f"seed-{number}").write_bytes(seed)
    arguments = [sys.argv[0], f"-artifact_prefix={folder}/", *BOUNDS, *options, str(corpus)]
    atheris.Setup(arguments, TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
