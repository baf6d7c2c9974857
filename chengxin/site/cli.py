"""The command line. Commands parse, open the installation in one role, call one service, and print."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from chengxin.site.backup_cli import backup, erase, restore, status
from chengxin.site.catalogue_cli import add_to
from chengxin.site.checks_cli import checks_app
from chengxin.site.console import DEFAULT_DATA, SOME_REFUSED, AsJson, Data, answers_errors, err, show, tell
from chengxin.site.corrections_cli import corrections_app
from chengxin.site.exchange_cli import exchange_app
from chengxin.site.log_cli import log_app
from chengxin.site.occupations_cli import occupations_app
from chengxin.site.officers_cli import appoint_officer, officer_app, permissions_table
from chengxin.site.organisations_cli import organisation_app
from chengxin.site.population_cli import population_app
from chengxin.site.proof_cli import proof_app
from chengxin.site.rebuild_cli import rebuild
from chengxin.site.reporting_cli import nothing_app, reconciliation_app
from chengxin.site.review_cli import review_app
from chengxin.site.sandbox_cli import sandbox_app
from chengxin.site.undo_cli import batch_app

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="诚信：省级个人公共信用信息系统 / a province's personal public-credit system",
)
catalogue_app = typer.Typer(no_args_is_help=True, help="信用信息目录 / the catalogue")
add_to(catalogue_app)
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(checks_app, name="checks")
app.add_typer(population_app, name="population")
app.add_typer(officer_app, name="officer")
app.add_typer(organisation_app, name="organisation")
app.add_typer(occupations_app, name="occupations")
app.add_typer(proof_app, name="proof")
app.add_typer(log_app, name="log")
app.add_typer(review_app, name="review")
app.add_typer(corrections_app, name="corrections")
app.add_typer(reconciliation_app, name="reconciliation")
app.add_typer(nothing_app, name="nothing")
app.add_typer(batch_app, name="batch")
app.add_typer(exchange_app, name="exchange")
app.add_typer(sandbox_app, name="sandbox")
app.command("appoint")(appoint_officer)
app.command("permissions")(permissions_table)
for command in (backup, restore, erase, status, rebuild):
    app.command()(command)


@app.command()
@answers_errors
def up(
    data: Data = DEFAULT_DATA,
    port: int = 8000,
    *,
    desk_port: Annotated[
        int, typer.Option(help="工作台、本人页面和接口的端口，默认加一 / the desk's port, the next one")
    ] = 0,
    admin_port: Annotated[
        int, typer.Option(help="系统管理的端口，默认加二 / the administration's port, the one after")
    ] = 0,
    editing_port: Annotated[
        int, typer.Option(help="网站编辑的端口，默认加三 / the editors' port, the one after that")
    ] = 0,
    editing: Annotated[bool, typer.Option(help="开不开网站编辑 / whether editors' face runs")] = True,
    demo: Annotated[bool, typer.Option(help="装入虚构演示省 / load the demo province")] = False,
) -> None:
    """启动全部服务，直到 Ctrl-C / everything, in the foreground, until Ctrl-C."""
    from chengxin.site.serve import Ports, run_up

    ports = Ports(port, desk_port or port + 1, admin_port or port + 2, (editing_port or port + 3) if editing else None)
    run_up(data.resolve(), ports, demo=demo, tell=tell)


@catalogue_app.command("load")
@answers_errors
def catalogue_load(
    folder: Annotated[Path | None, typer.Argument()] = None, data: Data = DEFAULT_DATA, *, as_json: AsJson = False
) -> None:
    """装入目录的全国版和省补充版 / load the national edition and the province's supplement, or one of them."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell):
        from django.utils import timezone

        from chengxin.catalogue.services import load_catalogue

        told = [
            {"edition": one.code, "level": one.level, "valid_from": str(one.valid_from), "digest": one.digest}
            for one in load_catalogue(folder, at=timezone.now())
        ]
    if as_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    else:
        show(
            {f"{one['edition']} ({one['level']})": f"{one['valid_from']} {one['digest']}" for one in told},
            as_json=False,
        )


@catalogue_app.command("list")
@answers_errors
def catalogue_list(data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """列出现行目录 / list the items in force."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "app", tell):
        from django.utils import timezone

        from chengxin.catalogue.queries import items_in_force
        from chengxin.lib.periods import shanghai_date

        rows = [
            {
                "code": version.item.code,
                "name": version.name,
                "nature": version.nature,
                "provisional": version.provisional,
            }
            for version in items_in_force(shanghai_date(timezone.now()))
        ]
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    else:
        show({row["code"]: row["name"] for row in rows}, as_json=False)


@catalogue_app.command("show")
@answers_errors
def catalogue_show(code: str, data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """显示一个信息项 / show one item with its fields."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "app", tell):
        from django.utils import timezone

        from chengxin.catalogue.queries import open_item
        from chengxin.lib.periods import shanghai_date

        item = open_item(code, shanghai_date(timezone.now()))
        definition = item.definition
        value = {
            "code": definition.code,
            "name": definition.name,
            "edition": item.edition,
            "nature": definition.nature,
            "bases": list(definition.bases),
            "purposes": list(definition.purposes),
            "fields": {
                field.code: f"{field.label} ({field.type}{', 必填' if field.required else ''})"
                for field in definition.fields
            },
        }
        show(value, as_json=as_json)


@catalogue_app.command("template")
@answers_errors
def catalogue_template(
    code: str,
    output: Annotated[Path, typer.Option("-o", "--output", help="写到此文件 / write here")],
    data: Data = DEFAULT_DATA,
    *,
    as_json: AsJson = False,
) -> None:
    """写出一个信息项的空白 Excel 模板 / write the blank workbook of an item."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "app", tell):
        from django.utils import timezone

        from chengxin.catalogue.blanks import blank_workbook
        from chengxin.catalogue.queries import open_item
        from chengxin.lib.periods import shanghai_date

        item = open_item(code, shanghai_date(timezone.now()))
        output.write_bytes(blank_workbook(item))
        show({"item": code, "edition": item.edition, "file": str(output)}, as_json=as_json)


@app.command()
@answers_errors
def ingest(
    file: Path,
    item: Annotated[str, typer.Option()],
    provider: Annotated[str, typer.Option(help="提供单位统一社会信用代码 / the provider's code")],
    data: Data = DEFAULT_DATA,
    as_of: Annotated[str, typer.Option(help="以该日规则处理（默认今天） / under the rules of this day")] = "",
    attest: Annotated[str, typer.Option(help="整批书面说明编号 / reference of the signed attestation")] = "",
    mend: Annotated[Path | None, typer.Option(help="待修改行写到此文件 / write the rows to mend here")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """归集一个文件 / take a file in. Exit 0: all accepted; 3: some rows refused or waiting; 2: file unusable."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "intake", tell):
        from chengxin.site.terminal import ingest_with_bar

        value = ingest_with_bar(
            file, item=item, provider=provider, as_of=as_of, attested=attest, mend=mend, console=err
        )
        show(value, as_json=as_json, title="回执 / receipt")
    raise typer.Exit(SOME_REFUSED if value["refused"] or value["waiting"] else 0)


@app.command()
@answers_errors
def check(
    file: Path,
    item: Annotated[str, typer.Option()],
    as_of: Annotated[str, typer.Option(help="以该日规则校核（默认今天） / under the rules of this day")] = "",
    attest: Annotated[str, typer.Option(help="整批书面说明编号 / reference of the signed attestation")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """报送前校核，不连数据库 / the same checks before handing in, no database. Exit 0: sound; 3: some rows are not; 2: file unusable."""
    from chengxin.site.bootstrap import start_django

    start_django()
    from chengxin.site.checking import check_without_database

    value = check_without_database(file, item, as_of=as_of, attested=bool(attest))
    show(value, as_json=as_json, title="校核 / check")
    raise typer.Exit(SOME_REFUSED if value["refused"] or value["waiting"] else 0)


@app.command()
@answers_errors
def report(
    org: Annotated[str, typer.Option()],
    officer: Annotated[str, typer.Option()],
    purpose: Annotated[str, typer.Option()],
    basis: Annotated[str, typer.Option()],
    case: Annotated[str, typer.Option()],
    data: Data = DEFAULT_DATA,
    duty: Annotated[
        str,
        typer.Option(help="查询事项编码，只开通了一个时可不写 / duty item; may be left out when it is the only one"),
    ] = "",
    format: Annotated[str, typer.Option(help="text|json|pdf")] = "text",  # noqa: A002  # the option's stable name
    output: Annotated[Path | None, typer.Option("-o", "--output")] = None,
) -> None:
    """出具报告；证件号码和姓名从标准输入读两行 / issue a report; code and name come on two lines of standard input."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "app", tell):
        from chengxin.site.terminal import report_bytes

        lines = sys.stdin.read().splitlines()
        content = report_bytes(org, officer, purpose, basis, case, form=format, lines=lines, duty=duty)
    if output:
        output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)


@app.command("demo-data")
@answers_errors
def demo_data(
    persons: int = 1000,
    seed: int = 1,
    output: Annotated[Path, typer.Option("-o", "--output")] = Path("demo"),
    *,
    as_json: AsJson = False,
) -> None:
    """生成虚构演示数据 / write synthetic files in the real formats."""
    from chengxin.demo.generate import generate

    manifest = generate(persons, seed, output, tell=tell)
    show({"folder": str(manifest.folder), **manifest.rows}, as_json=as_json)


@app.command()
@answers_errors
def bench(name: str, rows: int = 100_000, *, as_json: AsJson = False) -> None:
    """基准测试 / a benchmark, or all.

    with its yardstick: ingest, feed, finding, report, beside, burst, log, pages, query, batch, vault, rotation, verification, xlsx, all.
    """
    from chengxin.site.benches import bench_stage

    with bench_stage(tell) as stage:
        from chengxin.bench.run import run_bench

        for value in run_bench(name, rows, stage, tell):
            show(value, as_json=as_json, title=value["name"])


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
@answers_errors
def manage(context: typer.Context, data: Data = DEFAULT_DATA) -> None:
    """Django 自带命令 / Django's own commands."""
    from chengxin.site.bootstrap import installation, start_django

    # Django's commands are modules, whose names have no hyphens.
    arguments = ["chengxin manage", *(word.replace("-", "_") for word in context.args[:1]), *context.args[1:]]
    if context.args[:1] in (["makemigrations"], ["help"], []):
        start_django(content=True)
        from django.core.management import execute_from_command_line

        execute_from_command_line(arguments)
        return
    with installation(data.resolve(), "owner", tell, content=True):
        from django.core.management import execute_from_command_line

        execute_from_command_line(arguments)


def main() -> None:
    app()
