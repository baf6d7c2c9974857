"""Batches of events from the population authority's system: received, spooled sealed, worked through by the worker, answered for."""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from procrastinate.contrib.django import app

from chengxin.identity.coverage import FeedStatus, feed_status
from chengxin.identity.errors import CallUnknown, PopulationUnusable
from chengxin.identity.models import Organisation, PopulationCall
from chengxin.identity.queries import find_organisation
from chengxin.identity.sandbox import refuse_in_sandbox
from chengxin.identity.services.population.feed import read_batch
from chengxin.identity.tokens import Bearer
from chengxin.lib.errors import ChengxinError, NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.records.intake.spool import Spool
from chengxin.records.jobs import tell_population
from chengxin.records.services import spool_folder

logger = logging.getLogger(__name__)
BLOCK = 1 << 20
CLOSED = (
    "沙箱的人员由沙箱自己生成，不接收人口信息。",
    "its persons are its own, made up as it was; it takes none from a population base.",
)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one event, by its place in the batch from 1."""

    place: int
    fate: str


@dataclass(frozen=True, slots=True)
class CallView:
    token: UUID
    state: str
    received_at: datetime
    finished_at: datetime | None
    counts: dict[str, int]
    fates: tuple[Fate, ...]


def receive_events(body: bytes, *, bearer: Bearer, at: datetime) -> UUID:
    """Take a batch from the authority's system: looked through whole, sealed on disk, handed to the worker; or nothing of it is kept.

    Raises NotAllowed when the client's organisation isn't the population authority; PopulationUnusable, BiometricsRefused.
    """
    refuse_in_sandbox(*CLOSED)
    authority = _authority(bearer, at)
    events = read_batch(body)
    token = uuid4()
    spool = Spool(spool_folder(), token.hex)
    writer = spool.writer()
    try:
        for start in range(0, len(body), BLOCK):
            writer.write(body[start : start + BLOCK])
        writer.finish()
        with transaction.atomic():
            PopulationCall.objects.create(
                token=token, client=bearer.client_id, organisation=authority, received_at=at, events=len(events)
            )
            work_through.defer(token=str(token))
    except Exception:
        writer.abandon()
        raise
    return token


def status_for(bearer: Bearer, *, at: datetime) -> FeedStatus:
    """Tell the authority how its feed stands. Raises NotAllowed for anybody else."""
    _authority(bearer, at)
    return feed_status()


def _authority(bearer: Bearer, at: datetime) -> Organisation:
    found = find_organisation(bearer.organisation, shanghai_date(at))
    if found is None or found.kind != Organisation.Kind.POPULATION:
        raise NotAllowed("只有人口信息主管部门可以报送人口事件。", "Only the population authority tells of persons.")
    return found


@app.task(queue="intake", pass_context=False)
def work_through(token: str) -> None:
    """Work through a batch that was received. Doing it twice does no harm."""
    from django.utils import timezone

    finish_call(UUID(token), at=timezone.now())


def finish_call(token: UUID, *, at: datetime) -> None:
    """Take the events of a call in and note what became of each, in one transaction; then destroy its spool.

    Locks the call. A call that is finished already, and one whose spool is gone, is left as it is or ended as unusable.
    """
    spool = Spool(spool_folder(), token.hex)
    with transaction.atomic():
        call = PopulationCall.objects.select_for_update(no_key=True).filter(
            token=token, state=PopulationCall.State.RECEIVED
        )
        if (found := call.first()) is None:
            return
        try:
            events = read_batch(b"".join(spool.blocks())) if spool.there() else None
            if events is None:
                raise PopulationUnusable
        except ChengxinError as error:
            logger.warning("call %s unusable: %s", token, error.code)
            found.state = PopulationCall.State.UNUSABLE
        else:
            receipt = tell_population(events, at=at)
            found.state = PopulationCall.State.DONE
            found.minors, found.known, found.parked = receipt.minors, receipt.known, receipt.parked
            found.taken_up = receipt.taken_up
            found.fates = [[one.place, one.fate] for one in receipt.fates]
            found.applied = sum(one.fate == "applied" for one in receipt.fates)
        found.finished_at = at
        found.save(update_fields=["state", "finished_at", "minors", "applied", "known", "parked", "taken_up", "fates"])
    spool.destroy()


def find_call(token: UUID, *, bearer: Bearer) -> CallView:
    """Tell what became of a call of one's own organisation's systems. Raises CallUnknown."""
    found = PopulationCall.objects.filter(token=token, organisation__code=bearer.organisation).first()
    if found is None:
        raise CallUnknown
    counts = {name: getattr(found, name) for name in ("events", "minors", "applied", "known", "parked", "taken_up")}
    fates = tuple(Fate(place, fate) for place, fate in found.fates)
    return CallView(found.token, found.state, found.received_at, found.finished_at, counts, fates)


def adopt_calls() -> int:
    """Hand every call that was received and never finished to the worker again, at its start; twice does no harm."""
    tokens = list(PopulationCall.objects.filter(state=PopulationCall.State.RECEIVED).values_list("token", flat=True))
    for token in tokens:
        work_through.defer(token=str(token))
    return len(tokens)
