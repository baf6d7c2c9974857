"""Make the icons that a telephone's home screen wants, from the one drawing: python -m scripts.icons TARGET."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

DRAWING = Path(__file__).resolve().parents[1] / "chengxin" / "portal" / "static" / "portal" / "icon.svg"
# Side in pixels, and which part of it the drawing fills: a maskable icon may lose its rim to a round mask.
ICONS = {"icon-180": (180, 1.0), "icon-192": (192, 1.0), "icon-512": (512, 1.0), "icon-maskable": (512, 0.7)}
GROUND = "#0b4f8a"


def png(side: int, filled: float) -> bytes:
    page = f'#set page(width: {side}pt, height: {side}pt, margin: 0pt, fill: rgb("{GROUND}"))\n'
    with TemporaryDirectory() as folder:
        shutil.copy(DRAWING, folder)
        source = Path(folder) / "icon.typ"
        source.write_text(f'{page}#place(center + horizon, image("icon.svg", width: {filled:.0%}))')
        return typst.compile(source, format="png", ppi=72.0)


def main(target: Path) -> None:
    for name, (side, filled) in ICONS.items():
        (target / f"{name}.png").write_bytes(png(side, filled))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
