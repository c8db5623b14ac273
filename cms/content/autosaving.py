"""When an autosave takes up the one before it instead of keeping one more revision.

An editor's client saves every few seconds. A run of such saves by one person leaves one revision for each `WINDOW`:
the next save of the run overwrites it and raises its number, and the draft's with it, so that whoever saw the number
before meets a conflict like after any other save. What a person saved on purpose is never overwritten, nor what
somebody else refers to.
"""

from datetime import datetime, timedelta

from cms.content.deskwork import Comment
from cms.content.models import Draft, DraftStatus, Revision, RevisionKind

WINDOW = timedelta(minutes=5)
"""How much work one revision of a run holds at most: what restoring can lose between two of them."""


def continues(last: Revision, *, actor: str, status: DraftStatus, referred: bool, now: datetime) -> bool:
    """Whether an autosave by that actor takes up the last revision of a draft that stands there.

    `referred` is whether a comment was made on that revision, or a translation from it.
    """
    return (
        last.kind is RevisionKind.SAVE
        and last.autosaved_since is not None
        and last.author == actor
        and status is DraftStatus.DRAFT
        and not referred
        and last.autosaved_since <= now < last.autosaved_since + WINDOW
    )


async def revision_to_take_up(actor: str, draft: Draft, now: datetime) -> Revision | None:
    """The revision that an autosave of the locked draft overwrites; None if it keeps one more."""
    last = await Revision.get(item_id=draft.item_id, locale=draft.locale, number=draft.revision)
    if not continues(last, actor=actor, status=draft.status, referred=False, now=now):
        return None
    commented = Comment.filter(item_id=draft.item_id, locale=draft.locale, revision=draft.revision)
    referred = await commented.exists() or await _is_source(draft)
    return last if continues(last, actor=actor, status=draft.status, referred=referred, now=now) else None


async def keep_for_good(draft: Draft) -> None:
    """Let no autosave overwrite the draft's last revision any more: others are about to read it."""
    revisions = Revision.filter(item_id=draft.item_id, locale=draft.locale, number=draft.revision)
    await revisions.update(autosaved_since=None)


async def _is_source(draft: Draft) -> bool:
    """Whether a translation says that it was made from the draft's last revision."""
    translations = Draft.filter(item_id=draft.item_id, translated_from=draft.locale)
    return any(
        draft.revision in {based_on, *(made["revision"] for made in sources.values())}
        for based_on, sources in await translations.values_list("based_on_revision", "source_hashes")
    )
