from contextlib import AsyncExitStack

from cms.content.body import from_text
from tests.flows.offices import Office
from tests.flows.writers import CREATE, PUBLISH, SAVE

WRITES = 500
READ = """{
    latest: articles(locale: "zh", first: 1) { edges { node { uri version headline } } }
    changes(first: 10) { edges { node { version item { headline } } } }
}"""


async def test_a_write_that_one_process_acknowledged_is_read_at_once_from_another(database, database_url, tmp_path):
    """500 publications, each read from the other of two web processes as soon as it is acknowledged."""
    async with Office.open(tmp_path, database_url, webs=2) as office, AsyncExitStack() as stack:
        for number in range(2):
            office.start_web(number)
        desks = [await stack.enter_async_context(office.client(number)) for number in range(2)]
        text = {"headline": "第0条新闻", "slug": "xinwen", "body": from_text("新闻。").document}
        item = (await desks[0].ask(CREATE, input={"locale": "zh", "text": text}))["createArticle"]["result"]["item"]
        stale, headline, revision = 0, text["headline"], 1
        for number in range(WRITES):
            writer, reader = desks[number % 2], desks[1 - number % 2]
            if number % 5 == 0:
                headline = f"第{number}条新闻"
                given = {"item": item, "locale": "zh", "text": {"headline": headline}}
                saved = await writer.ask(SAVE, input=given, seen=revision)
                revision = saved["saveDraft"]["result"]["revision"]
            version = (await writer.ask(PUBLISH, item=item, locales=["zh"]))["publish"]["result"]["version"]
            revision += 1
            read = await reader.ask(READ)
            (article,) = (edge["node"] for edge in read["latest"]["edges"])
            (change,) = (edge["node"] for edge in read["changes"]["edges"])
            seen = (article["version"], article["headline"], change["version"], change["item"]["headline"])
            stale += seen != (version, headline, version, headline)
        assert version == WRITES
        assert stale == 0
