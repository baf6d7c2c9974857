"""What the ledger keeps of a row: its canonical content, its keyed number, its commitment, and the text in which it is sent."""

import io
import os
from dataclasses import dataclass
from hashlib import blake2b, sha256

import polars as pl

from chengxin.catalogue.terms import ItemDefinition
from chengxin.lib.crypto import Vault
from chengxin.records.intake.fields import FEN, FEN_PER
from chengxin.records.intake.signs import met_in

SALT_BYTES = 16
MONEY_PLACE = FEN.replace("#", "_")
DAYS = ("decided", "ended", "final", "shown_from", "shown_until", "repair_from", "erase_on")
# The staging table's columns in the order in which rows are sent. ``place`` counts the rows of a block: the salt and the commitment
# of each stand there in the block's strings of bytes; its body at ``starts``, ``length`` bytes long. Days are numbers, which PostgreSQL
# reads in a tenth of the time.
STAGED = ("place", "starts", "length", "row_number", "subject_id", "record_id", *DAYS, "grade")
# What JSON can't hold as it is in a text: quotation mark, backslash, control characters.
UNSAFE = r'["\\\x00-\x1f]'
# Once read, these are made of digits, letters, points and hyphens.
PLAIN = frozenset({"date", "decimal", "integer", "uscc"})
ESCAPES = {'"': '\\"', "\\": "\\\\"} | {chr(code): f"\\u{code:04x}" for code in range(0x20)}


def kept_fields(item: ItemDefinition) -> list[str]:
    """Which fields stand in a record: all that the layout keeps, save those that name the person or a record number."""
    return [field.code for field in item.fields if field.keep and field.code not in item.identity_fields]


def body_columns(item: ItemDefinition) -> dict[str, str]:
    """Give the places of a body: the name that each has in the layout, and the checked column that fills it.

    Money stands in fen beside the source's own number.
    """
    kept = kept_fields(item)
    money = {code + MONEY_PLACE: code + FEN for code in kept if item.field(code).unit in FEN_PER}
    return {code: code for code in kept} | money


def organ_field(item: ItemDefinition) -> str:
    return item.roles.get("organ") or item.roles["organ_name"]


def add_content(frame: pl.DataFrame, item: ItemDefinition, vault: Vault) -> pl.DataFrame:
    """Add ``body`` and ``record_id`` to admitted rows.

    The body is the canonical content as a JSON array of texts in the layout's order: equal for equal content whatever the file's
    kind, encoding or order. The record id is a keyed hash of the natural key (item, organ, document), 62 bits: equal ids of one
    person mean one record.
    """
    columns = list(body_columns(item).values())
    texts = frame.select(pl.col(columns).cast(pl.String).fill_null(""))
    free = [name for name in columns if not name.endswith(FEN) and item.field(name).type not in PLAIN]
    odd = [name for name in free if met_in(texts[name], _holds_unsafe) is not None]
    if odd:
        texts = texts.with_columns(pl.col(odd).str.replace_many(ESCAPES))
    content = texts.select(body=pl.format("[" + ",".join(['"{}"'] * len(columns)) + "]", *columns))
    organ = frame[organ_field(item)].fill_null("")
    natural = (item.code + "\x1f" + organ + "\x1f" + frame[item.roles["document"]]).cast(pl.Binary).to_list()
    return frame.with_columns(content["body"], record_numbers(natural, vault.record_key).alias("record_id"))


def _holds_unsafe(texts: pl.Series) -> pl.Series:
    """Tell of all texts at once: one search of them laid end to end costs a third of one search each."""
    return pl.select(pl.lit(texts).str.join("").str.contains(UNSAFE)).to_series()


def record_numbers(texts: list[bytes], key: bytes) -> pl.Series:
    """Give the keyed hash of each text, 62 bits."""
    keyed, made = blake2b(key=key, digest_size=8), []
    for text in texts:
        # A copy of the keyed state costs half of making it anew.
        state = keyed.copy()
        state.update(text)
        made.append(state.digest())
    hashes = pl.Series(made, dtype=pl.Binary).bin.reinterpret(dtype=pl.UInt64, endianness="big")
    return (hashes // 4).cast(pl.Int64)


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows as they are sent: their text in COPY's form; the salt, commitment and body of each, one after another in the text's order."""

    text: bytes
    salts: bytes
    commitments: bytes
    bodies: bytes


def stage(frame: pl.DataFrame) -> Staged:
    r"""Write rows in the text form of COPY: tabs between columns, ``\N`` for null; in the order of the ledger's key.

    Bodies go as they are: looking through them for tabs and backslashes, and a table that holds them once more, was half of what
    the staging cost. Each row gets a salt of its own here, and the commitment SHA-256(salt ‖ body) is made with it.
    """
    kept = [name for name in (*STAGED, "body") if name in frame.columns]
    rows = frame.select(kept).sort("subject_id", "record_id").with_columns(pl.col(DAYS).to_physical())
    salts = os.urandom(SALT_BYTES * rows.height)
    bodies = rows["body"].cast(pl.Binary).to_list()
    places = range(0, len(salts), SALT_BYTES)
    commitments = b"".join(
        [sha256(salts[place : place + SALT_BYTES] + body).digest() for place, body in zip(places, bodies, strict=True)]
    )
    length = pl.col("body").str.len_bytes()
    rows = rows.with_columns(place=pl.int_range(rows.height), length=length, starts=length.cum_sum() - length)
    text = io.BytesIO()
    rows.select(STAGED).write_csv(text, include_header=False, separator="\t", quote_style="never", null_value="\\N")
    return Staged(text.getvalue(), salts, commitments, b"".join(bodies))
