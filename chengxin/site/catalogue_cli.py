"""Commands about the catalogue's editions: what differs, one as a document, and what changes of laws leave to do."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, show, tell


def add_to(app: typer.Typer) -> None:
    """Add the commands to ``chengxin catalogue``."""
    app.command("editions")(list_editions)
    app.command("compare")(compare)
    app.command("export")(export)
    app.command("law-ends")(law_ends)


@answers_errors
def list_editions(data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """列出各版本 / list the editions, the latest first."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "public", tell):
        from chengxin.catalogue.archive import archived_editions

        found = [
            {
                "code": one.code,
                "level": one.level,
                "valid_from": str(one.valid_from),
                "valid_until": str(one.valid_until or ""),
            }
            for one in archived_editions()
        ]
    _answer(
        found,
        {str(one["code"]): f"{one['level']} {one['valid_from']} – {one['valid_until']}" for one in found},
        as_json=as_json,
    )


@answers_errors
def compare(before: str, after: str, data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """比较两个版本 / what differs between two editions, item by item."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "public", tell):
        from chengxin.catalogue.archive import archived_edition, compare_archived

        found = compare_archived(archived_edition(before), archived_edition(after))
    lines = {
        f"{one.code} {one.change}": "；".join(f"{part.where}：{part.before} → {part.after}" for part in one.differences)
        for one in found
    }
    _answer([asdict(one) for one in found], lines, as_json=as_json)


@answers_errors
def export(
    edition: str,
    data: Data = DEFAULT_DATA,
    output: Annotated[
        Path | None, typer.Option("-o", help="写到哪个文件，默认标准输出 / file, else standard output")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """导出一个版本为 JSON / an edition as one JSON document, with the laws and purposes that it names."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "public", tell):
        from chengxin.catalogue.archive import archived_edition, document_of

        text = json.dumps(document_of(archived_edition(edition)), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    output.write_text(text, encoding="utf-8")
    show({"edition": edition, "file": str(output)}, as_json=as_json)


@answers_errors
def law_ends(data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """列出因法律变动停用、待更新的信息项 / items that a change of law suspends, with their deadlines."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "app", tell):
        from chengxin.catalogue.laws import list_work

        found: list[dict[str, Any]] = [
            {
                "item": one.item,
                "name": one.name,
                "law": one.event.law.name,
                "kind": one.event.kind,
                "on": str(one.event.on_day),
                "due": str(one.event.due_on),
                "state": one.state,
            }
            for one in list_work()
        ]
    _answer(
        found,
        {one["item"]: f"{one['law']} {one['on']} → {one['due']} {one['state']}" for one in found},
        as_json=as_json,
    )


def _answer(found: list[Any], lines: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    else:
        show(dict(lines), as_json=False)
