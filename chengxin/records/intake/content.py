"""What the ledger keeps of a row: its canonical content, the hashes over it, and the text in which it is sent to the database."""

import io
import os
from hashlib import blake2b

import polars as pl

from chengxin.catalogue.terms import ItemDefinition
from chengxin.lib.crypto import Vault
from chengxin.records.intake.fields import FEN

SALT_BYTES = 16
# The staging table's columns in the order in which rows are sent; it makes the content's hash itself.
STAGED = (
    "row_number", "subject_id", "record_id", "decided", "ended", "final", "grade", "shown_from", "shown_until", "repair_from",
    "erase_on", "salt", "body",
)  # fmt: skip


def kept_fields(item: ItemDefinition) -> list[str]:
    """Which fields stand in a record: all that the layout keeps, save those that name the person or a record number."""
    return [field.code for field in item.fields if field.keep and field.code not in item.identity_fields]


def organ_field(item: ItemDefinition) -> str:
    return item.roles.get("organ") or item.roles["organ_name"]


def add_content(frame: pl.DataFrame, item: ItemDefinition, vault: Vault) -> pl.DataFrame:
    """Add ``body``, ``content_mark`` and ``record_id`` to admitted rows.

    The body is the canonical content as JSON with the fields in the catalogue's order, money in fen beside the source's number:
    equal for equal content whatever the file's kind, encoding or order. The mark tells equal contents apart within one run. The
    record id is a keyed hash of the natural key (item, organ, document), 62 bits: equal ids of one person mean one record.
    """
    kept = kept_fields(item)
    money = [code + FEN for code in kept if code + FEN in frame.columns]
    content = pl.struct(*kept, *(pl.col(name).alias(name.replace("#", "_")) for name in money)).struct.json_encode()
    organ = frame[organ_field(item)].fill_null("")
    natural = (item.code + "\x1f" + organ + "\x1f" + frame[item.roles["document"]]).to_list()
    key = vault.record_key
    record_ids = [
        int.from_bytes(blake2b(text.encode(), key=key, digest_size=8).digest(), "big") >> 2 for text in natural
    ]
    return frame.with_columns(content.alias("body"), pl.Series("record_id", record_ids, dtype=pl.Int64)).with_columns(
        pl.col("body").hash().alias("content_mark")
    )


def staged_text(frame: pl.DataFrame) -> bytes:
    r"""Write rows in the text form of COPY: tabs between columns, ``\N`` for null.

    Each row gets a salt of its own here. The body goes as bytes in PostgreSQL's escape form inside that text form, so a
    backslash is doubled twice. JSON has neither tabs nor line ends, and the other columns are numbers, dates and words of
    our own.
    """
    salts = os.urandom(SALT_BYTES * frame.height).hex()
    width = 2 * SALT_BYTES
    written = ["\\\\x" + salts[place : place + width] for place in range(0, len(salts), width)]
    rows = frame.with_columns(pl.Series("salt", written, dtype=pl.String)).select(STAGED)
    if rows["body"].str.contains("\\", literal=True).any():
        rows = rows.with_columns(pl.col("body").str.replace_all("\\", "\\\\\\\\", literal=True))
    text = io.BytesIO()
    rows.write_csv(text, include_header=False, separator="\t", quote_style="never", null_value="\\N")
    return text.getvalue()
