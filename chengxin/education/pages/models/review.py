"""How a page is reviewed."""

from typing import Any

from wagtail.models import AbstractGroupApprovalTask, Page, TaskState

from chengxin.education.pages.review import refuse_own_writing, wrote_what_waits


class ReviewTask(AbstractGroupApprovalTask):
    """Approval by an officer of the group who wrote none of what would be published."""

    class Meta:
        verbose_name = "由另一名工作人员审核"

    def get_actions(self, obj: Page, user: Any) -> list[Any]:
        """Offer approving to those alone who may; whoever wrote can still hand it back."""
        found: list[Any] = super().get_actions(obj, user)
        return [one for one in found if one[0] != "approve" or not wrote_what_waits(obj, user)]

    def on_action(self, task_state: TaskState, user: Any, action_name: str, **named: Any) -> Any:
        if action_name == "approve":
            refuse_own_writing(task_state.workflow_state.content_object, user)
        return super().on_action(task_state, user, action_name, **named)
