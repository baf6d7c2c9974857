"""Pandera on Polars: the field table as a schema, the check digits as a check of the frame; then Django's bulk_create."""

import re
from functools import partial
from typing import Any

import django
import pandera.polars as pa
import polars as pl
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from chengxin.lib.regions import standard_areas
from chengxin.records.intake.code_checks import examine_codes
from scripts.peers.task import Column, Task, answer, database

SEPARATED = "[、；;,，]"
AT_ONCE = 5_000
NUMBER = re.compile(r"^\d{1,12}(\.\d{1,12})?$").pattern
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$").pattern


def column_of(column: Column) -> pa.Column:
    checks = []
    if column.allowed and column.multi:
        one = "|".join(map(re.escape, column.allowed))
        checks.append(pa.Check.str_matches(f"^(?:{one})(?:{SEPARATED}(?:{one}))*$"))
    elif column.allowed:
        checks.append(pa.Check.isin(list(column.allowed)))
    elif column.pattern:
        checks.append(pa.Check.str_matches(f"^(?:{column.pattern})$"))
    elif column.type in {"decimal", "integer"}:
        checks.append(pa.Check.str_matches(NUMBER))
    elif column.type == "date":
        checks.append(pa.Check.str_matches(DAY))
    if column.length and column.type == "text":
        checks.append(pa.Check.str_length(max_value=column.length))
    return pa.Column(pl.String, checks, nullable=not column.required)


def check_codes(data: Any, *, task: Task) -> pl.LazyFrame:
    """Ask the check digits of certificate numbers, by this house's own expressions: pandera has none."""
    frame = data.lazyframe.select(task.type_column, task.code_column).collect()
    frame = frame.with_columns(pl.col(task.type_column).replace_strict(task.kinds, default=None))
    areas = standard_areas(test_area=True)
    made = examine_codes(frame, type_column=task.type_column, code_column=task.code_column, on=task.on, areas=areas)
    return made.lazy().select(pl.col("code_fault").is_null())


def model_of(task: Task) -> Any:
    told = conninfo_to_dict(database())
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    default = {name: str(told[key]) for name, key in names.items() if key in told}
    settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **default}}, USE_TZ=True)
    django.setup()
    from django.db import models

    def field(column: Column) -> Any:
        if column.type == "date":
            return models.DateField(null=True)
        if column.type in {"decimal", "integer"}:
            return models.DecimalField(max_digits=24, decimal_places=12, null=True)
        return models.TextField(null=True)

    body = {column.code.lower(): field(column) for column in task.columns}
    meta = type("Meta", (), {"app_label": "peers", "db_table": "peer_pandera"})
    return type("Row", (models.Model,), {**body, "Meta": meta, "__module__": __name__})


def typed(frame: pl.DataFrame, task: Task) -> pl.DataFrame:
    days = [column.code for column in task.columns if column.type == "date"]
    numbers = [column.code for column in task.columns if column.type in {"decimal", "integer"}]
    return frame.with_columns(pl.col(days).str.to_date(), pl.col(numbers).cast(pl.Decimal(24, 12)))


def take_in(task: Task, model: Any) -> dict[str, Any]:
    from django.db import transaction

    frame = pl.read_csv(task.file, infer_schema=False)
    schema = pa.DataFrameSchema(
        {column.code: column_of(column) for column in task.columns},
        checks=pa.Check(partial(check_codes, task=task), name="check digits"),
    )
    try:
        frame = typed(schema.validate(frame, lazy=True), task)
    except pa.errors.SchemaErrors as told:
        return {"rows": frame.height, "faults": len(told.failure_cases)}
    names = [name.lower() for name in frame.columns]
    with transaction.atomic():
        for part in frame.iter_slices(AT_ONCE):
            model.objects.bulk_create([model(**dict(zip(names, row, strict=True))) for row in part.iter_rows()])
    return {"rows": frame.height, "faults": 0}


def prepared(task: Task) -> dict[str, Any]:
    """Make the table, which a Django project has before the first file comes."""
    from time import perf_counter

    model = model_of(task)
    from django.db import connection

    with connection.schema_editor() as editor:
        editor.execute("DROP TABLE IF EXISTS peer_pandera")
        editor.create_model(model)
    started = perf_counter()
    told = take_in(task, model)
    return {"seconds_of_file": perf_counter() - started, **told}


if __name__ == "__main__":
    answer(prepared)
