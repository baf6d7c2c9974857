"""What a verification can find wrong: which, where, what, in both languages. No value of an entry stands in it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from chengxin.ground.sealing.checking import Vouched
    from chengxin.ground.sealing.stored import Tree


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    place: str
    text: str
    text_en: str


def _at(tree: "Tree", seq: int | None = None) -> str:
    return f"{tree.tree}/{tree.shard:02}" + ("" if seq is None else f"#{seq}")


def changed(tree: "Tree", seq: int, entry: UUID, subject: int) -> Fault:
    place = _at(tree, seq)
    return Fault(
        "changed",
        place,
        f"第 {place} 号登记（{entry}，主体 {subject}）的内容被改动：按现有各栏算出的散列与固化时不同。",
        f"entry {place} ({entry}, subject {subject}) was changed: its columns don't give the hash that was sealed.",
    )


def moved(tree: "Tree", seq: int, true: int, entry: UUID) -> Fault:
    place = _at(tree, seq)
    return Fault(
        "reordered",
        place,
        f"第 {place} 号的位置上是原来第 {true} 号的登记（{entry}）：次序被改动。",
        f"at {place} stands the entry that was number {true} ({entry}): the order was changed.",
    )


def entry_gone(tree: "Tree", seq: int) -> Fault:
    place = _at(tree, seq)
    return Fault(
        "deleted",
        place,
        f"第 {place} 号登记不见了：编号还在，登记已被删除，或者编号被改指向别处。",
        f"entry {place} is gone: its number is there, the entry was deleted or the number points elsewhere.",
    )


def number_missing(tree: "Tree", seq: int) -> Fault:
    place = _at(tree, seq)
    return Fault(
        "deleted",
        place,
        f"第 {place} 号缺失：编号应当连续，其后还有编号。这一号被删除或者移走。",
        f"number {place} is missing while later ones are there: it was deleted or moved away.",
    )


def rewritten(tree: "Tree", sound: int, size: int, where: str) -> Fault:
    place = f"{_at(tree, sound)}-{size - 1}"
    source, source_en = (
        (f"库外的树头（{where}）", f"the head kept outside ({where})")
        if where
        else ("库内签名的树头", "the signed head in the database")
    )
    return Fault(
        "rewritten",
        place,
        f"第 {place} 号之间有登记连同散列被改写、插入或者调换：树根与{source}不同。",
        f"among {place} entries were rewritten, inserted or swapped along with their hashes: the root isn't that of {source_en}.",
    )


def cut_off(tree: "Tree", size: int, head: "Vouched") -> Fault:
    place = f"{_at(tree, size)}-{head.size - 1}"
    if not head.where:
        return Fault(
            "truncated",
            place,
            f"第 {place} 号的末尾被截掉：签名的树头证明曾有 {head.size} 条，现在只有 {size} 条。",
            f"the end was cut off: a signed head vouches for {head.size} entries, {size} are there ({place} are missing).",
        )
    return Fault(
        "truncated",
        place,
        f"末尾被截掉，或者恢复过较早的备份：库外的树头（{head.where}）证明曾有 {head.size} 条，现在只有 {size} 条（缺 {place}）。",
        f"truncated, or restored from an older backup: the head kept outside ({head.where}) vouches for {head.size} entries, "
        f"{size} are there ({place} are missing).",
    )


def inserted(entry: UUID) -> Fault:
    return Fault(
        "inserted",
        str(entry),
        f"登记 {entry} 既没有编号，也不在待编号之列：它是绕过系统插入的，或者它的编号被删除。",
        f"entry {entry} has no number and waits for none: it was inserted past the register, or its number was deleted.",
    )


def gone_before_its_number(entry: UUID) -> Fault:
    return Fault(
        "deleted",
        str(entry),
        f"登记 {entry} 还没有编号就不见了：待编号的记载还在。",
        f"entry {entry} is gone before it had a number: the line that says it waits is there.",
    )


def head_broken(tree: str, shard: int, size: int) -> Fault:
    place = f"{tree}/{shard:02}@{size}"
    return Fault(
        "head-broken",
        place,
        f"库内的树头 {place} 签名不对，或者与所签内容不符。",
        f"the head {place} in the database isn't signed by a known key, or isn't what was signed.",
    )


def hashes_changed(tree: "Tree") -> Fault:
    place = _at(tree)
    return Fault(
        "hashes-changed",
        place,
        f"树 {place} 的中间散列与各登记算出的不同：登记本身无误，有人改动过散列表。",
        f"the kept hashes of tree {place} aren't those of its entries: the entries are sound, the table of hashes was changed.",
    )


def dropped_early(tree: "Tree") -> Fault:
    place = _at(tree)
    return Fault(
        "dropped-early",
        place,
        f"树 {place} 在保存期限之前被删除。",
        f"tree {place} was dropped before its retention was over.",
    )


def dropped_without_head(tree: "Tree") -> Fault:
    place = _at(tree)
    return Fault(
        "dropped-without-head",
        place,
        f"树 {place} 已到期删除，但留下的树头不是它的最后一个。",
        f"tree {place} was dropped after its retention, but the head that was left isn't its last one.",
    )
