"""The published heads of the access register: the page, the files as they are, and nothing else of what lies beside them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from chengxin.ground.sealing.folder import read_heads, read_keys
from chengxin.ground.sealing.naming import TREE
from chengxin.ground.sealing.outside import KINDS, published_file
from tests.conftest import Register
from tests.registering import NOW, Sealed

TREE_NAME = "2026-11"
SUBJECTS = (1, 17, 2)


@pytest.fixture
def heads(public_site: Register, cluster: tuple[str, Any], settings: Any, tmp_path: Path) -> Path:
    """Publish heads of two shards, and be the public site's process that reads their folder."""
    sealed = Sealed(public_site, tmp_path, cluster[0])
    settings.CHECKPOINTS = tmp_path / "heads"
    sealed.write(*SUBJECTS)
    sealed.seal()
    public_site.become("public")
    return tmp_path / "heads"


def page(path: str = "/checkpoints/") -> str:
    answer = Client().get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def body(path: str, **headers: str) -> tuple[int, bytes]:
    answer: Any = Client(headers=headers).get(path)
    return answer.status_code, b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_each_shards_newest_head_is_told(heads: Path) -> None:
    shown = page()
    for shard, size in ((1, 2), (2, 1)):
        (head,) = read_heads(heads / TREE_NAME / f"{shard:02}.checkpoint", read_keys(heads))
        assert head.head.size == size
        root = (heads / TREE_NAME / f"{shard:02}.checkpoint").read_text().splitlines()[2]
        assert f"<code>{root}</code>" in shown
        assert reverse("public:checkpoint-file", args=[TREE_NAME, f"{shard:02}.history"]) in shown
    assert "2026-11-27 20:00:00" in shown
    (key,) = read_keys(heads)
    assert f"test-register+{key.key_id.hex()}" in shown
    assert "共 2 片、3 条" in shown
    assert "Heads of the access register" in page("/en/checkpoints/")


def test_the_files_are_given_as_they_are(heads: Path) -> None:
    for name in ("keys.txt", f"{TREE_NAME}/01.checkpoint", f"{TREE_NAME}/01.history", f"{TREE_NAME}/02.checkpoint"):
        answer: Any = Client().get(f"/checkpoints/{name}")
        assert b"".join(answer.streaming_content) == (heads / name).read_bytes()
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert not answer.cookies
        unchanged = Client(headers={"if-modified-since": answer.headers["Last-Modified"]}).get(f"/checkpoints/{name}")
        assert unchanged.status_code == 304


def test_the_list_of_files_names_each_by_its_whole_address(heads: Path, settings: Any) -> None:
    settings.PUBLIC_URL = "https://public.example"
    (heads / "notes.txt").write_text("not published")
    (heads / TREE_NAME / "01.checkpoint.part").write_text("half written")
    root = "https://public.example/checkpoints/"
    files = [f"{TREE_NAME}/{shard}.{kind}" for shard in ("01", "02") for kind in ("checkpoint", "history")]
    assert page("/checkpoints/index.txt").splitlines() == [f"{root}{name}" for name in ("keys.txt", *files)]
    assert page("/en/checkpoints/index.txt") == page("/checkpoints/index.txt")
    assert f"{root}index.txt" in page("/en/checkpoints/")
    for line in page("/checkpoints/index.txt").splitlines():
        assert body(line.removeprefix("https://public.example"))[0] == 200


def test_what_was_downloaded_verifies_the_register(heads: Path, tmp_path: Path) -> None:
    """An auditor's copy, taken from the site alone, is what ``log verify --checkpoint`` reads."""
    copy = tmp_path / "copy"
    for line in page("/checkpoints/index.txt").splitlines():
        name = line.partition("/checkpoints/")[2]
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(body(f"/checkpoints/{name}")[1])
    assert {(one.tree.shard, one.head.size) for one in read_heads(copy, read_keys(copy))} == {(1, 2), (2, 1)}


@pytest.mark.parametrize(
    ("tree", "name"),
    [
        ("..", "sealing.json"),
        (".", "keys.txt"),
        (TREE_NAME, ".."),
        (TREE_NAME, "01.checkpoint.part"),
        (TREE_NAME, "16.checkpoint"),
        (TREE_NAME, "1.checkpoint"),
        (TREE_NAME, "notes.txt"),
        (TREE_NAME, "01.checkpoint\n"),
        ("2026-13", "01.checkpoint"),
        ("2026-11\n", "01.checkpoint"),
    ],
)
def test_nothing_else_is_given(heads: Path, tree: str, name: str) -> None:
    (heads / TREE_NAME / "01.checkpoint.part").write_text("half written")
    (heads / TREE_NAME / "notes.txt").write_text("not published")
    assert published_file(heads, tree, name) is None
    # Both as it is and as a browser that takes nothing out of the way would send it.
    for path in (f"/checkpoints/{tree}/{name}", f"/checkpoints/{tree}%2F{name}", "/checkpoints/%2e%2e/sealing.json"):
        assert Client().get(path.replace("\n", "%0A")).status_code in {301, 302, 404}


@given(st.text(alphabet="./\\%0123456789-chekpoint\n\x00~", max_size=24), st.text(max_size=24))
def test_no_name_leads_out_of_the_folder(tree: str, name: str) -> None:
    """Whatever is asked for, only a tree's name and a shard's are ever looked for on the disk."""

    class Watched:
        def __truediv__(self, part: str) -> "Watched":
            assert TREE.fullmatch(part) or (part[2:] in KINDS and part[:2].isdigit())
            return self

        def is_file(self) -> bool:
            return False

    assert published_file(Watched(), tree, name) is None  # type: ignore[arg-type]


def test_a_head_that_no_published_key_signed_is_told_as_such(heads: Path) -> None:
    file = heads / TREE_NAME / "01.checkpoint"
    file.write_text(file.read_text().replace("\n2\n", "\n3\n", 1))
    shown = page()
    assert "签名对不上" in shown
    assert "共 2 片、1 条" in shown
    # Another shard's own head in this one's place is none of this one's.
    file.write_text((heads / TREE_NAME / "02.checkpoint").read_text())
    assert "签名对不上" in page()


def test_the_newest_tree_of_each_shard_stands(heads: Path, public_site: Register, cluster: tuple[str, Any]) -> None:
    later = NOW + timedelta(days=10)
    sealed = Sealed(public_site, heads.parent, cluster[0])
    sealed.write(2, at=later)
    sealed.seal(later)
    public_site.become("public")
    shown = page()
    assert reverse("public:checkpoint-file", args=["2026-12", "02.checkpoint"]) in shown
    assert reverse("public:checkpoint-file", args=[TREE_NAME, "01.checkpoint"]) in shown
    assert reverse("public:checkpoint-file", args=[TREE_NAME, "02.checkpoint"]) not in shown
    assert "2026-12 2026-11" in shown


def test_without_heads_and_without_the_folder_the_page_says_so(
    public_site: Register, settings: Any, tmp_path: Path
) -> None:
    settings.CHECKPOINTS = tmp_path / "nowhere"
    assert "还没有签过树头" in page()
    assert page("/checkpoints/index.txt") == ""
    assert body("/checkpoints/keys.txt")[0] == 404
    settings.CHECKPOINTS = tmp_path
    (tmp_path / "keys.txt").write_text("no key\n")
    (tmp_path / TREE_NAME).mkdir()
    assert "现在读不到" in page()
