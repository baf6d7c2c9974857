"""Commands of the access register: verify, seal, export, check an export, keys."""

import json
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chengxin.lib.errors import Unusable
from chengxin.site.console import DEFAULT_DATA, AsJson, Data, answers_errors, err, show, tell

if TYPE_CHECKING:
    from chengxin.ground.sealing.checking import Checked
    from chengxin.lib.notes import Verifier

log_app = typer.Typer(
    no_args_is_help=True, help="查询登记的固化和核验 / the access register's seal and its verification"
)
WRONG = 1
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="另行取得的公钥或者公钥文件，可以多次 / a public key got elsewhere, or a file of them"),
]


@log_app.command("verify")
@answers_errors
def verify(
    data: Data = DEFAULT_DATA,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            help="库外保存的树头文件或目录，可以多次 / signed heads kept outside: a file or a folder, more than once"
        ),
    ] = None,
    key: Keys = None,
    *,
    as_json: AsJson = False,
) -> None:
    """逐条核验查询登记 / verify every entry, every root, every signed head. Exit 1: the first thing that is wrong."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "sealer", tell):
        from django.utils import timezone

        from chengxin.site.register import verify_installation

        seen = verify_installation(checkpoint or [], _read_keys(key), at=timezone.now())
    if seen.fault is not None:
        err.print(seen.fault.text, highlight=False, markup=False)
        err.print(seen.fault.text_en, highlight=False, markup=False)
    _tell_gaps(seen)
    show(_verified(seen), as_json=as_json, title="查询登记核验 / the register verified")
    raise typer.Exit(WRONG if seen.fault else 0)


def _tell_gaps(seen: "Checked") -> None:
    for end, one in seen.acknowledged:
        tell(
            f"缺 {end.place}：恢复备份所致，{one.approved_at:%Y-%m-%d} 由 {one.entered_by} 登记、{one.approved_by} 批准"
            f"（恢复 {one.number}）。 "
            f"{end.place} are missing: lost by a restore, acknowledged on {one.approved_at:%Y-%m-%d} by {one.entered_by} and "
            f"{one.approved_by} (restore {one.number})."
        )


def _verified(seen: "Checked") -> dict[str, Any]:
    counts = ("entries", "trees", "heads", "outside", "dropped", "unsigned", "unsealed")
    fault = seen.fault
    return {
        **{name: getattr(seen, name) for name in counts},
        "unsealed_since": seen.unsealed_since.isoformat() if seen.unsealed_since else None,
        "acknowledged": [
            {
                "place": end.place,
                "restore": one.number,
                "on": one.approved_at.isoformat(),
                "by": [one.entered_by, one.approved_by],
            }
            for end, one in seen.acknowledged
        ],
        "fault": {name: getattr(fault, name) for name in ("code", "place", "text", "text_en")} if fault else None,
    }


@log_app.command("seal")
@answers_errors
def seal(data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """立即编号、签名一次 / number and sign what waits, now."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "sealer", tell):
        from django.utils import timezone

        from chengxin.site.register import sealer_here

        numbered, signed, trouble = sealer_here().run(timezone.now())
        show({"numbered": numbered, "signed": signed, "trouble": trouble}, as_json=as_json)


@log_app.command("keys")
@answers_errors
def keys(data: Data = DEFAULT_DATA, *, as_json: AsJson = False) -> None:
    """列出签过树头的公钥 / the public keys that heads were signed by, the newest last."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "sealer", tell):
        from chengxin.ground.sealing.keys import known_keys

        written = [f"{one}" for one in known_keys()]
    sys.stdout.write((json.dumps(written, indent=1) if as_json else "\n".join(written)) + "\n")


@log_app.command("new-key")
@answers_errors
def new_key(data: Data = DEFAULT_DATA) -> None:
    """换一把签名密钥，以前的树头仍用旧公钥核对 / change the key; earlier heads go on being checked by the former one."""
    from chengxin.site.bootstrap import installation

    with installation(data.resolve(), "owner", tell) as opened:
        from django.conf import settings
        from django.db import transaction
        from django.utils import timezone

        from chengxin.ground.sealing.keys import change_key
        from chengxin.ground.services import note_act

        at = timezone.now()
        with transaction.atomic():
            made = change_key(settings.SEALING_KEY, settings.REGISTER_NAME, at=at)
            note_act("", "register.new_key", "register", at=at, note=made.key_id.hex())
        opened.become("sealer")
    sys.stdout.write(f"{made}\n")


@log_app.command("export")
@answers_errors
def export(
    output: Annotated[Path, typer.Option("-o", "--output")],
    data: Data = DEFAULT_DATA,
    first: Annotated[str, typer.Option("--from", help="第一天 / the first day")] = "",
    last: Annotated[str, typer.Option("--until", help="最后一天 / the last day")] = "",
    *,
    person: Annotated[
        bool,
        typer.Option(
            "--person", help="一个人的登记，证件号码从标准输入读 / one person's; the code comes on standard input"
        ),
    ] = False,
    case: Annotated[
        str,
        typer.Option(help="与 --person 同用：为什么事，本人看得到 / with --person: what for; the person sees it"),
    ] = "",
) -> None:
    """导出带证明、有签名的登记，供审计离线核对 / entries with proofs, signed, for an auditor to check offline."""
    from chengxin.site.bootstrap import installation

    since, until = _day(first), _day(last)
    with installation(data.resolve(), "owner", tell) as opened:
        from django.utils import timezone

        from chengxin.ground.sealing.exporting import Wanted
        from chengxin.site.register import export_person, export_to

        period = Wanted(since=since, until=until + timedelta(days=1) if until else None)
        if person:
            count = export_person(output, sys.stdin.readline().strip(), case, at=timezone.now(), period=period)
        else:
            count = export_to(opened, output, period, at=timezone.now())
    tell(f"{output}: {count}")


@log_app.command("check")
@answers_errors
def check(file: Path, key: Keys = None, *, as_json: AsJson = False) -> None:
    """离线核对导出文件，不连数据库 / check an export, no database. Exit 1: the first line that is wrong."""
    from chengxin.ground.sealing.offline import check_export

    given = _read_keys(key)
    try:
        with file.open("rb") as lines:
            found = check_export(lines, given)
    except OSError as error:
        raise Unusable(f"无法读取 {file}：{error.strerror}。", f"{file}: {error.strerror}.") from None
    if found.wrong is not None:
        err.print(f"第 {found.wrong.line} 行：{found.wrong.text}", highlight=False, markup=False)
        err.print(f"Line {found.wrong.line}: {found.wrong.text_en}", highlight=False, markup=False)
    elif not given:
        tell(
            "用的是文件自己列出的公钥：请与公布的公钥（keys.txt）比对，或者用 --key 给出。 "
            "Checked against the keys that the file names itself: compare them with the published ones (keys.txt) or give them by --key."
        )
    value: dict[str, Any] = {
        "entries": found.entries, "heads": found.heads, "made_at": found.made_at, "what": found.what, "keys": found.keys,
        "wrong": {"line": found.wrong.line, "text": found.wrong.text, "text_en": found.wrong.text_en} if found.wrong else None,
    }  # fmt: skip
    show(value, as_json=as_json, title="导出文件核对 / the export checked")
    raise typer.Exit(WRONG if found.wrong else 0)


def _read_keys(given: list[str] | None) -> "list[Verifier]":
    from chengxin.lib.notes import NoteBroken, Verifier

    found = []
    for one in given or []:
        try:
            text = Path(one).read_text(encoding="utf-8") if Path(one).is_file() else one
            found += [Verifier.read(line) for line in text.splitlines() if line.strip()]
        except (NoteBroken, OSError, ValueError):
            from chengxin.ground.sealing.errors import CheckpointUnusable

            raise CheckpointUnusable(
                "--key 不是公钥，也不是公钥文件。", "--key is neither a public key nor a file of them."
            ) from None
    return found


def _day(text: str) -> datetime | None:
    from chengxin.lib.periods import SHANGHAI

    try:
        return datetime.combine(date.fromisoformat(text), time(), SHANGHAI) if text else None
    except ValueError:
        raise Unusable("日期应为 2026-01-31 的形式。", "A day is written as 2026-01-31.") from None
