"""What guards the rebuilding of what is derived: it changes towards what it is derived from and in nothing else."""

from tests.system import rebuilding as r
from tests.system.guards import APPEND, Clause, Guard, check, trigger

GOES_ON = "goes on and ends once"
SPOIL = f"UPDATE {r.SUPERSEDED} SET recorded_at = recorded_at"
GUARDS: dict[str, Guard] = dict((
    trigger(r.SUPERSEDED, "superseded_append_only", r.owner_runs(f"TRUNCATE {r.SUPERSEDED}"), APPEND),
    trigger(r.SUPERSEDED, "superseded_as_the_versions_say", r.owner_runs(SPOIL), APPEND),
    trigger(r.FIGURES_TABLE, "day_figures_append_only", r.owner_runs(f"TRUNCATE {r.FIGURES_TABLE}"), APPEND),
    trigger(r.FIGURES_TABLE, "day_figures_as_signed", r.on_day(r.SIGNED, f"UPDATE {r.FIGURES_TABLE} SET held = 9"), APPEND),
    trigger(r.RUN, "rebuild_guarded", r.owner_runs(f"UPDATE {r.RUN} SET name = 'y'"), GOES_ON),
    trigger(r.RUN, "rebuild_stays", r.owner_runs(f"DELETE FROM {r.RUN} WHERE false"), APPEND),
    check(r.RUN, "rebuild_mends_what_it_looks_at", id=9001, finished_at="now", mended=6),
))  # fmt: skip
CLAUSES: dict[str, Clause] = {
    "superseded: what agrees stays": Clause(
        "guard_superseded", "IF EXISTS (", "IF false AND EXISTS (", r.owner_runs(f"DELETE FROM {r.SUPERSEDED}"), APPEND
    ),
    "superseded: only towards the versions": Clause(
        "guard_superseded",
        "TG_OP = 'UPDATE' AND NOT EXISTS (",
        "false AND NOT EXISTS (",
        r.spoil_superseded_further,
        APPEND,
    ),
    "figures: what was signed for stays": Clause(
        "guard_day_figures",
        "records_figures_signed(OLD) IS DISTINCT FROM false OR",
        "records_figures_signed(OLD) IS NULL OR",
        r.on_day(r.SIGNED, f"DELETE FROM {r.FIGURES_TABLE}"),
        APPEND,
    ),
    "figures: what wasn't signed for stays": Clause(
        "guard_day_figures",
        "records_figures_signed(OLD) IS DISTINCT FROM false OR",
        "records_figures_signed(OLD) OR",
        r.on_day(r.UNSIGNED, f"DELETE FROM {r.FIGURES_TABLE}"),
        APPEND,
    ),
    "figures: only towards what was signed for": Clause(
        "guard_day_figures",
        "OR TG_OP = 'UPDATE' AND records_figures_signed(NEW) IS NOT TRUE",
        "",
        r.on_day(1, f"UPDATE {r.FIGURES_TABLE} SET held = 9"),
        APPEND,
    ),
    "rebuild: ends once": Clause(
        "guard_rebuild",
        "OLD.finished_at IS NOT NULL OR",
        "",
        r.owner_runs(f"UPDATE {r.RUN} SET finished_at = now()", f"UPDATE {r.RUN} SET finished_at = NULL"),
        GOES_ON,
    ),
    "rebuild: its counts grow": Clause(
        "guard_rebuild", "NEW.looked < OLD.looked OR", "", r.owner_runs(f"UPDATE {r.RUN} SET looked = 4"), GOES_ON
    ),
    "rebuild: what it mended grows": Clause(
        "guard_rebuild", "OR NEW.mended < OLD.mended", "", r.owner_runs(f"UPDATE {r.RUN} SET mended = 0"), GOES_ON
    ),
}
SOUND = {"superseded-put-right": r.mend_superseded, "superseded-of-no-version-goes": r.drop_what_no_version_says,
         "figures-put-right": r.mend_figures}  # fmt: skip
