"""Comments on drafts at the desk, and the credit centre's answers (what the public sees of them: ``consulted``)."""

from datetime import datetime

from django.db import transaction

from chengxin.catalogue.drafting import find_draft, refuse_others
from chengxin.catalogue.errors import StepRefused
from chengxin.catalogue.models import Comment, Draft
from chengxin.ground.services import note_act
from chengxin.identity.models import User


def comments_of(draft: Draft) -> list[Comment]:
    """Give the comments on a draft, the oldest first."""
    return list(Comment.objects.filter(draft=draft).order_by("pk"))


@transaction.atomic
def answer_comment(number: int, comment: int, answer: str, *, actor: User, at: datetime) -> None:
    """Answer a comment, once. Raises NotAllowed, DraftUnknown, StepRefused."""
    refuse_others(actor, "catalogue.review")
    find_draft(number, actor)
    if not answer.strip():
        raise StepRefused("请写明答复。", "Write the answer.")
    open_one = Comment.objects.filter(pk=comment, draft_id=number, answered_at=None)
    if not open_one.update(answer=answer.strip(), answered_by=actor, answered_at=at):
        raise StepRefused("这条意见已经答复。", "The comment has an answer already.")
    note_act(actor.login, "catalogue.answer", f"draft:{number}", at=at, note=str(comment))
