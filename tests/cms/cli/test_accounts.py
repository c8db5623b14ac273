"""Accounts and tokens from the command line, by the program that people run."""

import asyncio
import os
import sys

import pytest

from cms.accounts.actors import SYSTEM, Permission
from cms.accounts.models import Session, User
from cms.accounts.signing_in import sign_in
from cms.accounts.tokens import recognise_token
from cms.clock import utc_now
from cms.content.serving import configure_locales
from cms.errors import UnauthenticatedError
from tests.cms.accounts.people import DESK, LIFETIMES, PASSWORD
from tests.worlds import LOCALES


@pytest.fixture
def polyfocal(database, database_url, tmp_path):
    async def run(*arguments: str, given: str = "") -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cms.cli", *arguments),
            env={**os.environ, "POLYFOCAL_DATABASE_URL": database_url, "POLYFOCAL_DATA_DIR": str(tmp_path)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(given.encode())
        assert process.returncode is not None
        return process.returncode, out.decode().strip(), err.decode().strip()

    return run


async def enter(password):
    return await sign_in("li@esempio.it", password, client=DESK, lifetimes=LIFETIMES, now=utc_now())


async def test_a_person_gets_an_account_and_a_new_password(polyfocal):
    await configure_locales(SYSTEM, LOCALES[:3])
    create = ("user", "create", "li@esempio.it", "--name", "李娜", "--role", "translator")
    assert await polyfocal(*create) == (1, "", "Name the locales that a translator translates into.")
    code, _, told = await polyfocal(*create, "--locale", "xx")
    assert code == 1
    assert "'xx' is not a locale of this newsroom" in told
    code, password, told = await polyfocal(*create, "--locale", "zh", "--kind", "ARTICLE")
    assert code == 0, told
    await enter(password)
    assert await polyfocal(*create, "--locale", "zh") == (1, "", "Somebody has this e-mail address already.")
    assert await polyfocal("user", "list") == (0, "li@esempio.it\t李娜\ttranslator (ARTICLE, zh)", "")

    assert (await polyfocal("user", "password", "li@esempio.it", "--stdin", given=f"{PASSWORD}\n"))[0] == 0
    assert not await Session.exists()
    with pytest.raises(UnauthenticatedError):
        await enter(password)
    await enter(PASSWORD)
    short = await polyfocal("user", "password", "li@esempio.it", "--stdin", given="corta\n")
    assert short == (1, "", "A password has from 12 to 1000 characters.")
    unknown = await polyfocal("user", "password", "nessuno@esempio.it")
    assert unknown == (1, "", "There is no user with this e-mail address.")
    assert await User.all().count() == 1


async def test_a_program_gets_a_token_within_limits(polyfocal):
    await configure_locales(SYSTEM, LOCALES[:3])
    code, secret, _ = await polyfocal("token", "create", "feed", "--permission", "content.edit", "--locale", "zh")
    assert code == 0
    actor = await recognise_token(secret, now=utc_now())
    assert actor.may(Permission.EDIT, "ARTICLE", "zh")
    assert not actor.may(Permission.EDIT, "ARTICLE", "it")
    assert (await polyfocal("token", "revoke", "feed"))[:2] == (0, "Revoked 1.")
    assert (await polyfocal("token", "revoke", "feed"))[0] == 1
    with pytest.raises(UnauthenticatedError):
        await recognise_token(secret, now=utc_now())
