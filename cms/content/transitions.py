"""The two machines as data: what becomes of a draft and of an item, by which action, by whose permission.

Both tables are in ARCHITECTURE.md. Whatever no row allows is refused, and what a viewer may do next is read from
the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from cms.accounts.actors import Actor, Permission
from cms.content.models import SHARED, Draft, DraftStatus, Item, PubStatus
from cms.errors import TransitionError


class DraftAction(StrEnum):
    """What can be done to the draft of one part."""

    SAVE = "SAVE"
    SUBMIT = "SUBMIT"
    RETURN = "RETURN"
    APPROVE = "APPROVE"
    SCHEDULE = "SCHEDULE"
    UNSCHEDULE = "UNSCHEDULE"
    PUBLISH = "PUBLISH"


class ItemAction(StrEnum):
    """What can be done to an item and what is live of it."""

    PUBLISH = "PUBLISH"
    CORRECT = "CORRECT"
    UNPUBLISH = "UNPUBLISH"
    SET_EMBARGO = "SET_EMBARGO"
    LIFT_EMBARGO = "LIFT_EMBARGO"
    SET_EXPIRY = "SET_EXPIRY"
    WITHHOLD = "WITHHOLD"
    LIFT_WITHHOLD = "LIFT_WITHHOLD"
    KILL = "KILL"
    TAKEDOWN = "TAKEDOWN"


S = TypeVar("S", DraftStatus, PubStatus)
A = TypeVar("A", DraftAction, ItemAction)


@dataclass(frozen=True, slots=True)
class Step(Generic[S, A]):
    """One row: from this status, that action leads to this one, for those with the permission."""

    status: S
    action: A
    to: S
    permission: Permission


DRAFT_STEPS: Sequence[Step[DraftStatus, DraftAction]] = (
    *(Step(each, DraftAction.SAVE, DraftStatus.DRAFT, Permission.EDIT) for each in DraftStatus),
    Step(DraftStatus.DRAFT, DraftAction.SUBMIT, DraftStatus.IN_REVIEW, Permission.EDIT),
    Step(DraftStatus.IN_REVIEW, DraftAction.RETURN, DraftStatus.DRAFT, Permission.REVIEW),
    Step(DraftStatus.IN_REVIEW, DraftAction.APPROVE, DraftStatus.APPROVED, Permission.REVIEW),
    Step(DraftStatus.APPROVED, DraftAction.RETURN, DraftStatus.DRAFT, Permission.REVIEW),
    # A schedule is a publication decided beforehand: both are the publisher's decision, from any status.
    *(Step(each, DraftAction.SCHEDULE, DraftStatus.SCHEDULED, Permission.PUBLISH) for each in DraftStatus),
    Step(DraftStatus.SCHEDULED, DraftAction.UNSCHEDULE, DraftStatus.APPROVED, Permission.PUBLISH),
    *(Step(each, DraftAction.PUBLISH, DraftStatus.DRAFT, Permission.PUBLISH) for each in DraftStatus),
)

_USABLE, _WITHHELD, _CANCELED = PubStatus.USABLE, PubStatus.WITHHELD, PubStatus.CANCELED
_PUBLISH, _RECALL = Permission.PUBLISH, Permission.RECALL

ITEM_STEPS: Sequence[Step[PubStatus, ItemAction]] = (
    Step(_USABLE, ItemAction.PUBLISH, _USABLE, _PUBLISH),
    Step(_USABLE, ItemAction.CORRECT, _USABLE, _PUBLISH),
    Step(_USABLE, ItemAction.UNPUBLISH, _USABLE, _PUBLISH),
    *(Step(each, ItemAction.SET_EMBARGO, each, _PUBLISH) for each in (_USABLE, _WITHHELD)),
    *(Step(each, ItemAction.LIFT_EMBARGO, each, _PUBLISH) for each in (_USABLE, _WITHHELD)),
    *(Step(each, ItemAction.SET_EXPIRY, each, _PUBLISH) for each in (_USABLE, _WITHHELD)),
    Step(_USABLE, ItemAction.WITHHOLD, _WITHHELD, _RECALL),
    Step(_WITHHELD, ItemAction.LIFT_WITHHOLD, _USABLE, _RECALL),
    Step(_USABLE, ItemAction.KILL, _CANCELED, _RECALL),
    Step(_WITHHELD, ItemAction.KILL, _CANCELED, _RECALL),
    Step(_USABLE, ItemAction.TAKEDOWN, _WITHHELD, _RECALL),
    Step(_WITHHELD, ItemAction.TAKEDOWN, _WITHHELD, _RECALL),
    Step(_CANCELED, ItemAction.TAKEDOWN, _CANCELED, _RECALL),
)

_DONE = {
    DraftAction.SUBMIT: "submitted",
    DraftAction.RETURN: "returned",
    DraftAction.APPROVE: "approved",
    DraftAction.UNSCHEDULE: "unscheduled",
    ItemAction.PUBLISH: "published",
    ItemAction.CORRECT: "corrected",
    ItemAction.UNPUBLISH: "unpublished",
    ItemAction.SET_EMBARGO: "embargoed",
    ItemAction.LIFT_EMBARGO: "released from embargo",
    ItemAction.SET_EXPIRY: "given an expiry",
    ItemAction.WITHHOLD: "withheld",
    ItemAction.LIFT_WITHHOLD: "released",
    ItemAction.KILL: "killed",
}


def draft_step(draft: Draft, action: DraftAction) -> DraftStatus:
    """Where the action leads the draft. Permissions are the caller's to ask.

    Raises:
        TransitionError: nowhere, from where it stands.
    """
    for step in DRAFT_STEPS:
        if step.status is draft.status and step.action is action:
            return step.to
    status = draft.status.lower().replace("_", " ")
    raise TransitionError(f"The draft is {status}: it cannot be {_DONE[action]}.")


def item_step(item: Item, action: ItemAction) -> PubStatus:
    """Where the action leads the item. Permissions are the caller's to ask.

    Raises:
        TransitionError: nowhere, from where it stands.
    """
    for step in ITEM_STEPS:
        if step.status is item.pub_status and step.action is action:
            return step.to
    raise TransitionError(f"The item is {item.pub_status.lower()}: it cannot be {_DONE[action]}.", path=("item",))


def item_permission(action: ItemAction) -> Permission:
    """What the action needs, wherever the item stands."""
    return next(step.permission for step in ITEM_STEPS if step.action is action)


def draft_actions(actor: Actor, item: Item, draft: Draft) -> list[DraftAction]:
    """What the actor may do to the draft now, in the table's order; nothing in the trash."""
    if item.trashed_at is not None:
        return []
    usable = item.pub_status is PubStatus.USABLE
    return [
        step.action
        for step in DRAFT_STEPS
        if step.status is draft.status
        and (usable or step.action not in {DraftAction.SCHEDULE, DraftAction.PUBLISH})
        and actor.may(step.permission, item.kind, draft.locale)
    ]


def item_actions(actor: Actor, item: Item, live: Sequence[str]) -> list[ItemAction]:
    """What the actor may do to the item now; an action on texts, if in any locale. Nothing in the trash."""
    if item.trashed_at is not None:
        return []
    per_locale = {ItemAction.PUBLISH, ItemAction.CORRECT, ItemAction.UNPUBLISH}
    possible = {
        ItemAction.CORRECT: bool(live),
        ItemAction.UNPUBLISH: bool(live),
        ItemAction.LIFT_EMBARGO: item.embargoed_until is not None,
    }
    return [
        step.action
        for step in ITEM_STEPS
        if step.status is item.pub_status
        and possible.get(step.action, True)
        and actor.may(step.permission, item.kind, None if step.action in per_locale else SHARED)
    ]
