"""Workflow, times, corrections and recalls over GraphQL: what is answered, what is refused and how."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from api.nodes import encode_id
from cms.accounts.actors import SYSTEM, Grant, Permission
from cms.accounts.tokens import issue_token
from cms.content.models import Draft, Item
from cms.database import Database
from tests.api.newsrooms import Client, newsroom_on
from tests.desks import NOON, Desk, minutes

DRAFT = "status revision publishAt reopenedFrom reviewNote sourceCorrectedAt availableActions"
ITEM = (
    "pubStatus version liveLocales embargoedUntil expiresAt recalledAt advisory { locale text }"
    " plannedUnpublications { locale at } readiness { code path message } availableActions drafts { locale status }"
)


@dataclass
class Room:
    """A newsroom's endpoint, an editor's desk beside it, and tokens by what they may do."""

    client: Client
    desk: Desk
    tokens: dict[str, str]

    async def change(self, field: str, arguments: str, result: str, token: str = "chief") -> dict[str, Any]:
        """The payload of a mutation."""
        text = f"mutation {{ {field}({arguments}) {{ result {{ {result} }} userErrors {{ code path message }} }} }}"
        answer = await self.client.ask(text, token=self.tokens[token])
        assert "errors" not in answer, answer
        payload: dict[str, Any] = answer["data"][field]
        return payload

    async def draft(self, field: str, item_id: int, more: str = "", *, seen: int | None = None, locale: str = "it"):
        """The draft after a mutation that was not refused."""
        row = await Draft.get(item_id=item_id, locale=locale)
        revision = row.revision if seen is None else seen
        tag = f'"{locale}"' if locale else "null"
        arguments = f'item: "{item(item_id)}", locale: {tag}, expectedRevision: {revision}, {more}'
        payload = await self.change(field, arguments, DRAFT)
        assert payload["userErrors"] == []
        return payload["result"]

    async def item(self, field: str, item_id: int, more: str = "") -> dict[str, Any]:
        """The item after a mutation that was not refused."""
        payload = await self.change(field, f'item: "{item(item_id)}", {more}', ITEM)
        assert payload["userErrors"] == []
        result: dict[str, Any] = payload["result"]
        return result

    async def refused(self, field: str, item_id: int, more: str = "", result: str = ITEM) -> list[Any]:
        """(code, path) of why a mutation was refused."""
        payload = await self.change(field, f'item: "{item(item_id)}", {more}', result)
        assert payload["result"] is None
        assert all(each["message"].endswith(".") for each in payload["userErrors"])
        return [(each["code"], each["path"]) for each in payload["userErrors"]]


def item(item_id: int) -> str:
    """Its global id, as an article's."""
    return encode_id("Article", item_id, "zh")


@pytest.fixture
async def room(desk: Desk, database: Database, tmp_path) -> AsyncIterator[Room]:
    async with newsroom_on(database, tmp_path, desk) as newsroom:
        held = {
            "chief": list(Permission),
            "reader": [Permission.READ],
            "writer": [Permission.READ, Permission.EDIT],
        }
        tokens = {
            name: (await issue_token(SYSTEM, name, [Grant(permission) for permission in each], now=NOON))[1]
            for name, each in held.items()
        }
        yield Room(Client(newsroom), desk, tokens)


async def test_a_draft_goes_through_the_workflow_and_says_what_may_be_done_next(room):
    article = await room.desk.write("it")
    draft = await room.draft("submitDraft", article)
    assert (draft["status"], draft["revision"]) == ("IN_REVIEW", 1)
    assert set(draft["availableActions"]) == {"SAVE", "RETURN", "APPROVE", "SCHEDULE", "PUBLISH"}
    draft = await room.draft("returnDraft", article, 'note: "请核实。"')
    assert (draft["status"], draft["reviewNote"]) == ("DRAFT", "请核实。")
    await room.draft("submitDraft", article)
    draft = await room.draft("approveDraft", article)
    assert (draft["status"], draft["reviewNote"]) == ("APPROVED", None)
    draft = await room.draft("scheduleDraft", article, 'publishAt: "2026-03-01T21:00:00+08:00"')
    assert (draft["status"], draft["publishAt"]) == ("SCHEDULED", "2026-03-01T13:00:00+00:00")
    draft = await room.draft("unscheduleDraft", article)
    assert (draft["status"], draft["publishAt"]) == ("APPROVED", None)


async def test_the_shared_part_is_meant_where_no_locale_is_named(room):
    article = await room.desk.write("it")
    payload = await room.change("submitDraft", f'item: "{item(article)}", expectedRevision: 1', "locale status")
    assert payload["result"] == {"locale": None, "status": "IN_REVIEW"}


async def test_a_save_says_that_it_undid_a_schedule(room):
    article = await room.desk.write("it")
    await room.draft("scheduleDraft", article, 'publishAt: "2026-03-01T13:00:00Z"')
    text = f'input: {{ item: "{item(article)}", locale: "it", text: {{ headline: "雪" }} }}, expectedRevision: 1'
    payload = await room.change("saveDraft", text, DRAFT)
    assert (payload["result"]["reopenedFrom"], payload["result"]["status"]) == ("SCHEDULED", "DRAFT")
    text = text.replace("expectedRevision: 1", "expectedRevision: 2")
    assert (await room.change("saveDraft", text, DRAFT))["result"]["reopenedFrom"] is None


async def test_what_is_not_ready_is_told_whole_before_and_after_one_tries(room):
    article = await room.desk.write("it", "zh")
    await room.desk.save(article, "zh", body=None)
    await Item.filter(id=article).update(ready=False)
    both = [("ASSET_NOT_READY", ["item"]), ("EMPTY_BODY", ["zh", "body"])]
    assert await room.refused("publish", article, 'locales: ["it", "zh"]') == both
    shown = await room.item("setExpiry", article, "expiresAt: null")
    assert [(each["code"], each["path"]) for each in shown["readiness"]] == both
    later = 'locale: "zh", expectedRevision: 2, publishAt: "2026-03-02T00:00:00Z"'
    assert await room.refused("scheduleDraft", article, later, DRAFT) == both[1:]


async def test_times_of_an_item_are_shown_to_its_editors(room):
    article = await room.desk.live("it", "zh")
    shown = await room.item("setEmbargo", article, 'until: "2026-03-01T14:00:00+01:00"')
    assert (shown["embargoedUntil"], shown["version"]) == ("2026-03-01T13:00:00+00:00", 2)
    assert "LIFT_EMBARGO" in shown["availableActions"]
    assert (await room.item("liftEmbargo", article))["embargoedUntil"] is None
    shown = await room.item("setExpiry", article, 'expiresAt: "2026-03-02T00:00:00Z"')
    assert shown["expiresAt"] == "2026-03-02T00:00:00+00:00"
    assert (await room.item("setExpiry", article, "expiresAt: null"))["expiresAt"] is None


async def test_a_planned_unpublication_is_shown_and_taken_back(room):
    article = await room.desk.live("it", "zh")
    shown = await room.item("scheduleUnpublish", article, 'locales: ["zh"], unpublishAt: "2026-03-01T22:00:00+08:00"')
    assert shown["plannedUnpublications"] == [{"locale": "zh", "at": "2026-03-01T14:00:00+00:00"}]
    shown = await room.item("scheduleUnpublish", article, 'locales: ["zh"], unpublishAt: null')
    assert shown["plannedUnpublications"] == []


async def test_a_correction_is_read_by_everybody(room):
    article = await room.desk.live("it", "zh")
    await room.desk.save(article, headline="Vince Li Na")
    notes = 'notes: [{ locale: "it", text: "Era Li Na, non Anna Rossi." }], others: FLAG'
    shown = await room.item("correct", article, notes)
    assert (shown["version"], shown["liveLocales"]) == (2, ["it", "zh"])
    query = f'{{ node(id: "{encode_id("Article", article, "it")}") {{ ... on Article {{ headline corrections'
    answer = await room.client.ask(f"{query} {{ version note publishedAt }} }} }} }}")
    assert answer["data"]["node"] == {
        "headline": "Vince Li Na",
        "corrections": [
            {"version": 2, "note": "Era Li Na, non Anna Rossi.", "publishedAt": "2026-03-01T12:00:00+00:00"}
        ],
    }
    draft = await room.draft("submitDraft", article, locale="zh")
    assert draft["sourceCorrectedAt"] == "2026-03-01T12:00:00+00:00"


WHY = 'advisory: [{ locale: "zh", text: "姓名有误。" }, { locale: "it", text: "Un nome è sbagliato." }]'


async def test_a_recall_is_shown_to_editors_with_its_advisory(room):
    article = await room.desk.live("it")
    shown = await room.item("withhold", article)
    assert (shown["pubStatus"], shown["advisory"]) == ("WITHHELD", [])
    assert (await room.item("liftWithhold", article))["pubStatus"] == "USABLE"
    shown = await room.item("kill", article, WHY)
    assert (shown["pubStatus"], shown["recalledAt"]) == ("CANCELED", "2026-03-01T12:00:00+00:00")
    assert [each["locale"] for each in shown["advisory"]] == ["it", "zh"]
    assert shown["availableActions"] == ["TAKEDOWN"]
    assert shown["drafts"] == [{"locale": None, "status": "DRAFT"}, {"locale": "it", "status": "DRAFT"}]
    assert (await room.item("takedown", article))["liveLocales"] == []


async def test_bad_input_is_told_as_user_errors_and_changes_nothing(room):
    article, killed = await room.desk.live("it"), await room.desk.live("it")
    await room.item("kill", killed, WHY)
    before = await Item.all().order_by("id").values()
    it = 'locale: "it", expectedRevision: 2'
    for field, target, more, result, code, path in (
        ("approveDraft", article, it, DRAFT, "INVALID_TRANSITION", []),
        ("unscheduleDraft", article, it, DRAFT, "INVALID_TRANSITION", []),
        ("submitDraft", article, 'locale: "it", expectedRevision: 1', DRAFT, "CONFLICT", ["expectedRevision"]),
        ("submitDraft", article, 'locale: "zh", expectedRevision: 1', DRAFT, "NOT_FOUND", ["locale"]),
        ("submitDraft", article, 'locale: "tlh", expectedRevision: 1', DRAFT, "UNKNOWN_LOCALE", ["locale"]),
        ("scheduleDraft", article, f'{it}, publishAt: "2026-03-01T12:00:00Z"', DRAFT, "INVALID_INPUT", ["publishAt"]),
        ("scheduleDraft", killed, f'{it}, publishAt: "2026-03-01T13:00:00Z"', DRAFT, "INVALID_TRANSITION", ["item"]),
        ("setEmbargo", article, 'until: "2026-03-01T12:59:59+01:00"', ITEM, "INVALID_INPUT", ["until"]),
        ("setExpiry", article, 'expiresAt: "0001-01-01T00:00:00Z"', ITEM, "INVALID_INPUT", ["expiresAt"]),
        ("setExpiry", article, "", ITEM, "INVALID_INPUT", ["expiresAt"]),
        ("scheduleUnpublish", article, 'locales: ["it"]', ITEM, "INVALID_INPUT", ["unpublishAt"]),
        ("liftEmbargo", article, "", ITEM, "INVALID_TRANSITION", ["item"]),
        ("liftWithhold", article, "", ITEM, "INVALID_TRANSITION", ["item"]),
        ("kill", killed, WHY, ITEM, "INVALID_TRANSITION", ["item"]),
        ("kill", article, "advisory: []", ITEM, "INVALID_INPUT", ["advisory"]),
        ("kill", article, WHY.replace('"zh"', '"it"'), ITEM, "INVALID_INPUT", ["advisory", "it"]),
        ("withhold", killed, "", ITEM, "INVALID_TRANSITION", ["item"]),
        ("publish", killed, 'locales: ["it"]', ITEM, "INVALID_TRANSITION", ["item"]),
        ("correct", article, "notes: [], others: LEAVE", ITEM, "INVALID_INPUT", ["notes"]),
        (
            "correct",
            article,
            'notes: [{ locale: "zh", text: "误" }], others: LEAVE',
            ITEM,
            "NOT_FOUND",
            ["notes", "zh"],
        ),
        ("kill", 999_999, WHY, ITEM, "NOT_FOUND", ["item"]),
    ):
        assert await room.refused(field, target, more, result) == [(code, path)], (field, more)
    assert await Item.all().order_by("id").values() == before


@pytest.mark.parametrize(
    "text",
    [
        'submitDraft(item: "%s", locale: "it", expectedRevision: 1)',
        'returnDraft(item: "%s", locale: "it", expectedRevision: 1, note: "")',
        'approveDraft(item: "%s", locale: "it", expectedRevision: 1)',
        'scheduleDraft(item: "%s", locale: "it", expectedRevision: 1, publishAt: "2026-03-02T00:00:00Z")',
        'unscheduleDraft(item: "%s", locale: "it", expectedRevision: 1)',
        'scheduleUnpublish(item: "%s", locales: ["it"], unpublishAt: null)',
        'setEmbargo(item: "%s", until: "2026-03-02T00:00:00Z")',
        'liftEmbargo(item: "%s")',
        'setExpiry(item: "%s", expiresAt: null)',
        'correct(item: "%s", notes: [{ locale: "it", text: "!" }], others: LEAVE)',
        'withhold(item: "%s")',
        'liftWithhold(item: "%s")',
        'kill(item: "%s", advisory: [{ locale: "it", text: "!" }])',
        'takedown(item: "%s")',
    ],
)
async def test_who_may_not_is_told_so_and_a_stranger_nothing_else(room, text):
    article = await room.desk.live("it")
    query = f"mutation {{ {text % item(article)} {{ userErrors {{ code }} }} }}"
    for token, code in (
        (room.tokens["reader"], "FORBIDDEN"),
        (None, "UNAUTHENTICATED"),
    ):
        answer = await room.client.ask(query, token=token)
        assert [each["extensions"]["code"] for each in answer["errors"]] == [code]
    unknown = f"mutation {{ {text % 'nonsense'} {{ userErrors {{ code }} }} }}"
    answer = await room.client.ask(unknown)
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["UNAUTHENTICATED"]
    answer = await room.client.ask(unknown, token=room.tokens["chief"])
    assert [each["code"] for each in next(iter(answer["data"].values()))["userErrors"]] == ["INVALID_INPUT"]


async def test_a_writer_is_offered_what_a_writer_may_do(room):
    article = await room.desk.write("it")
    arguments = f'item: "{item(article)}", locale: "it", expectedRevision: 1'
    payload = await room.change("submitDraft", arguments, "status availableActions", "writer")
    assert payload["result"] == {"status": "IN_REVIEW", "availableActions": ["SAVE"]}


async def test_due_at_noon_is_not_yet_at_noon(room):
    """The moment is checked against the request's clock."""
    article = await room.desk.write("it")
    room.desk.now = minutes(-1)
    assert (await room.draft("scheduleDraft", article, 'publishAt: "2026-03-01T12:00:00Z"'))["status"] == "SCHEDULED"
